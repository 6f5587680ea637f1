//! What came of workloads whose applications are state machines: a section for each entry of
//! `applications`.
//!
//! The kinds that kadsim brings along are told in words. Of any other, such as those that a library's
//! user hands to a run, all that is known is that its figures are plain data.

// Of the kinds that are known.
mod blocks;
mod registers;
mod services;
// Of all others.
mod plain;

pub use plain::figures;
pub use registers::unexplained;

use super::frame::Section;
use super::held::Held;
use super::plots::{self, Plot};
use maud::{Markup, html};
use serde_json::Value;

/// A section for each, and the plots that belong to none of them.
pub fn sections<'p>(result: &Value, plots: &'p [Plot]) -> (Vec<Section>, Vec<&'p Plot>) {
    let all = result.list("applications");
    let mut others: Vec<&Plot> = plots.iter().collect();
    let mut sections = vec![];
    for (place, of) in all.iter().enumerate() {
        let kind = of.text("kind");
        let number = 1 + all[..place].iter().filter(|other| other.text("kind") == kind).count();
        let prefix = match number {
            1 => format!("{kind}-"),
            _ => format!("{kind}-{number}-"),
        };
        let own = ["times", "amounts"].map(|name| format!("{prefix}{name}"));
        let (own, rest): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|plot| own.contains(&plot.name));
        others = rest;
        let has_several = all.iter().filter(|other| other.text("kind") == kind).count() > 1;
        let heading = match has_several {
            true => format!("{} {number}", name(kind)),
            false => name(kind),
        };
        let content = html! { (show(of)) (plots::some(&own)) };
        sections.push(Section::new(format!("application-{place}"), heading, content));
    }
    (sections, others)
}

/// What a kind of workload is called in a heading.
pub fn name(kind: &str) -> String {
    let mut letters = kind.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "An application".to_owned(),
    }
}

/// The figures of an entry of `applications`.
pub fn show(of: &Value) -> Markup {
    match of.text("kind") {
        "services" => services::show(of),
        "blocks" => blocks::show(of),
        "registers" => registers::show(of),
        _ => figures("Figures", of),
    }
}

/// A heading and what is below it; nothing without content.
fn part(heading: &str, content: &Markup) -> Markup {
    html! { @if !content.0.is_empty() { h3 { (heading) } (content) } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plots(names: &[&str]) -> Vec<Plot> {
        let svg = "<svg width=\"1\" height=\"1\"></svg>";
        names.iter().map(|name| Plot::of(name, svg, 0).expect("it is an SVG")).collect()
    }

    #[test]
    fn each_of_several_workloads_of_a_kind_has_its_own_plots() {
        let result = json!({ "applications": [{ "kind": "blocks" }, { "kind": "x" }, { "kind": "blocks" }] });
        let all = plots(&["success", "blocks-2-times", "blocks-times", "x-amounts", "y-times"]);
        let (sections, others) = sections(&result, &all);
        let headings: Vec<_> = sections.iter().map(|section| section.heading.as_str()).collect();
        assert_eq!(headings, ["Blocks 1", "X", "Blocks 2"]);
        let counts = sections.iter().map(|section| section.content.0.matches("<figure").count());
        assert_eq!(counts.collect::<Vec<_>>(), [1, 1, 1]);
        assert!(sections[2].content.0.contains("blocks 2 times"));
        let others: Vec<_> = others.iter().map(|plot| plot.name.as_str()).collect();
        assert_eq!(others, ["success", "y-times"]);
    }
}
