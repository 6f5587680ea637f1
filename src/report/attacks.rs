//! Attacks and what they came to, as a person reads them in a terminal.

use super::text::{grouped, percent};
use crate::runner::resilience::{AttackFigures, Resilience};

/// Names and values.
pub fn attacks(attacks: &[AttackFigures], lookups: &Resilience) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = attacks.iter().map(attack).collect();
    let row = |name: &str, value: String| (name.to_owned(), value);
    if let (Some(share), Some(low), Some(high)) =
        (lookups.unbroken_share, lookups.unbroken_low, lookups.unbroken_high)
    {
        let expected = lookups.expected_share.map(percent);
        let text = format!(
            "{} of {} lookups ({} to {}); by the formula {}",
            percent(share),
            grouped(lookups.lookups),
            percent(low),
            percent(high),
            expected.unwrap_or_else(|| "-".to_owned()),
        );
        rows.push(row("a path unbroken", text));
        let text = format!(
            "m = {} adversaries, d = {} paths of {:.1} hops on average",
            percent(lookups.adversary_share),
            lookups.disjoint_paths,
            lookups.path_lengths.iter().map(|path| path.share * f64::from(path.hops)).sum::<f64>(),
        );
        rows.push(row("lookups", text));
    }
    if let Some(share) = lookups.found_adversary_share {
        rows.push(row("adversaries", format!("{} of the nodes found", percent(share))));
    }
    rows
}

fn attack(attack: &AttackFigures) -> (String, String) {
    let mut text =
        format!("{} from {} to {}", grouped(attack.adversaries), attack.at, attack.until);
    if let Some(share) = attack.table_share {
        text.push_str(&format!("; {} of honest nodes' contacts", percent(share)));
    }
    let last = attack.over_time.last().and_then(|last| last.share);
    if let Some(share) = last {
        let whom = match attack.kind {
            "eclipse-node" => "the victim's",
            _ => "the k closest",
        };
        text.push_str(&format!(", {} of {whom}", percent(share)));
    }
    (attack.kind.to_owned(), text)
}
