//! What came of applications: how long things took, and who had how much.

use super::axis::Axis;
use super::chart::{Chart, Data, Marks, Panel};
use super::distributions::shares_over_millis;
use super::scene::Look;
use crate::workload::findings::Findings;

/// The charts of a workload, as far as there is anything to show.
pub fn charts(findings: &Findings, subtitle: &str) -> Vec<Chart> {
    [times(findings, subtitle), amounts(findings, subtitle)].into_iter().flatten().collect()
}

fn chart(name: &'static str, title: String, subtitle: &str, x: Axis, panel: Panel) -> Chart {
    let subtitle = subtitle.to_owned();
    Chart { name, title, subtitle, x, panels: vec![panel], phases: vec![], bands: vec![] }
}

/// Share of what took no longer than so many milliseconds.
fn times(findings: &Findings, subtitle: &str) -> Option<Chart> {
    let spreads = findings.times.iter().filter(|times| !times.micros.is_empty()).enumerate();
    let spreads =
        spreads.map(|(place, times)| (times.name.clone(), Look::nth(place), &times.micros[..]));
    let (x, lines) = shares_over_millis("Time", 0, spreads)?;
    let y = Axis::percent("Those that took no longer", 0.0);
    let title = format!("How long {} took", findings.workload);
    Some(chart("times", title, subtitle, x, Panel { y, marks: Marks::Lines(lines) }))
}

/// Amounts by rank.
fn amounts(findings: &Findings, subtitle: &str) -> Option<Chart> {
    let amounts = findings.amounts.as_ref()?;
    let &most = amounts.amounts.first().filter(|&&most| most > 0)?;
    let step = |(place, &amount): (usize, &u64)| {
        [(place as f64, amount as f64), (place as f64 + 1.0, amount as f64)]
    };
    let points = amounts.amounts.iter().enumerate().flat_map(step).collect();
    let line = Data { name: String::new(), look: Look::nth(0), points };
    let x = Axis::from_zero(format!("{}, by rank", amounts.owner), amounts.amounts.len() as f64);
    let y = Axis::from_zero(amounts.name.clone(), most as f64);
    let title = format!("{} by {}", amounts.name, amounts.owner.to_lowercase());
    Some(chart("amounts", title, subtitle, x, Panel { y, marks: Marks::Lines(vec![line]) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::findings::{Amounts, Times};

    #[test]
    fn there_is_a_chart_for_what_there_is() {
        let nothing = Findings { workload: "services".to_owned(), ..Findings::default() };
        assert!(charts(&nothing, "").is_empty());
        let times = vec![
            Times { name: "call".to_owned(), micros: vec![(60_000, 3), (70_000, 4)] },
            Times { name: "never".to_owned(), micros: vec![] },
        ];
        let amounts = Amounts {
            name: "Calls answered".to_owned(),
            owner: "Provider".to_owned(),
            amounts: vec![7, 2, 0],
        };
        let some = Findings { times, amounts: Some(amounts), ..nothing };
        let charts = charts(&some, "a run");
        assert_eq!(charts.iter().map(|chart| chart.name).collect::<Vec<_>>(), ["times", "amounts"]);
        let Marks::Lines(lines) = &charts[0].panels[0].marks else { panic!("it has lines") };
        assert_eq!(lines.len(), 1);
        let steps = [(60.0, 0.0), (60.0, 75.0), (70.0, 75.0), (70.0, 100.0)];
        assert_eq!(lines[0].points, steps);
        let Marks::Lines(lines) = &charts[1].panels[0].marks else { panic!("it has lines") };
        assert_eq!(lines[0].points[..3], [(0.0, 7.0), (1.0, 7.0), (1.0, 2.0)]);
    }
}
