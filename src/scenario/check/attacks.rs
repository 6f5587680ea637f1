//! Who does not keep to the protocol, how, and when.

use super::bounds::whole;
use super::groups;
use crate::scenario::file::AttackTable;
use crate::scenario::problem::Problem;
use crate::scenario::words::AttackName;
use crate::scenario::{Nodes, Phases};
use crate::time::Instant;
use crate::workload::attack::{AttackConfig, AttackKind};

/// More attacks than this are a mistake.
const MOST_ATTACKS: usize = 100;
/// Share of the nodes that are adversaries of an attack that does not say.
const DEFAULT_SHARE: f64 = 0.1;
/// Requests of one adversary per second, unless an attack says otherwise.
const DEFAULT_FLOOD: f64 = 10.0;
const DEFAULT_CONTACT: f64 = 0.1;
/// Beyond this a rate is a mistake of units.
const HIGHEST_RATE: f64 = 1e6;

/// The checked attacks.
pub fn check(
    tables: &[AttackTable],
    nodes: Nodes,
    phases: Phases,
) -> Result<Vec<AttackConfig>, Problem> {
    if tables.len() > MOST_ATTACKS {
        let message = format!("there are {} attacks: at most {MOST_ATTACKS}", tables.len());
        return Err(Problem::said("attack", message));
    }
    let mut adversaries = 0u64;
    let mut found = Vec::with_capacity(tables.len());
    for (index, table) in tables.iter().enumerate() {
        let attack = attack(index, table, nodes, phases)?;
        adversaries += u64::from(attack.adversaries);
        if adversaries >= u64::from(nodes.count) {
            let message = format!(
                "the attacks up to this one have {adversaries} adversaries among {} nodes: at \
                 least one node must keep to the protocol",
                nodes.count
            );
            return Err(Problem::said(format!("attack.{index}").as_str(), message));
        }
        found.push(attack);
    }
    let kept = (u64::from(nodes.count) - adversaries) as u32;
    for (index, attack) in found.iter().enumerate() {
        hits_others(index, attack.kind, kept, &found)?;
    }
    Ok(found)
}

fn attack(
    index: usize,
    table: &AttackTable,
    nodes: Nodes,
    phases: Phases,
) -> Result<AttackConfig, Problem> {
    let path = |key: &str| format!("attack.{index}.{key}");
    let at = table.at.map_or(phases.measurement_start(), |at| Instant::ZERO + at.0);
    if at >= phases.end() {
        let allowed = format!("a virtual time before {}, the end of the run", phases.end());
        return Err(Problem::value(path("at").as_str(), allowed));
    }
    let until = table.until.map_or(phases.end(), |until| Instant::ZERO + until.0);
    if until <= at || until > phases.end() {
        let allowed = format!("a virtual time after {at} and up to {}", phases.end());
        return Err(Problem::value(path("until").as_str(), allowed));
    }
    let others = u64::from(nodes.count).saturating_sub(1);
    let share = table.share.map_or(DEFAULT_SHARE, |share| share.0);
    let of_share = libm::round(share * f64::from(nodes.count)) as u64;
    if table.share.is_some() && table.count.is_some() {
        let message = "an attack has `share` or `count`, not both".to_owned();
        return Err(Problem::said(path("count").as_str(), message));
    }
    let adversaries = match table.count {
        None if table.share.is_some() && !(1..=others).contains(&of_share) => {
            let allowed = format!("a share that is 1 to {others} of {} nodes", nodes.count);
            return Err(Problem::value(path("share").as_str(), allowed));
        }
        given => whole(&path("count"), given, of_share.clamp(1, others.max(1)), 1..=others)?,
    };
    Ok(AttackConfig {
        kind: kind(index, table, nodes)?,
        adversaries: u32::try_from(adversaries).expect("there are fewer than nodes"),
        at,
        until,
        address_groups: groups::count(&path("address_groups"), table.address_groups)?,
    })
}

fn kind(index: usize, table: &AttackTable, nodes: Nodes) -> Result<AttackKind, Problem> {
    let path = |key: &str| format!("attack.{index}.{key}");
    let rate = |default: f64| {
        let rate = table.rate.map_or(default, |rate| rate.0);
        match rate > 0.0 && rate <= HIGHEST_RATE {
            true => Ok(rate),
            false => {
                let allowed = format!("a rate above 0 and up to {HIGHEST_RATE}/s");
                Err(Problem::value(path("rate").as_str(), allowed))
            }
        }
    };
    let target = || {
        let text = table.target.as_deref().unwrap_or("8000000000000000");
        let digits = text.len() == 16 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let key = u64::from_str_radix(text, 16).ok().filter(|_| digits);
        let allowed = "16 hexadecimal digits, such as \"8000000000000000\"";
        key.ok_or_else(|| Problem::value(path("target").as_str(), allowed))
    };
    let node = |key: &str, given, default, bounds| {
        let number = whole(&path(key), given, default, bounds)?;
        Ok(u32::try_from(number).expect("nodes are numbered in 32 bits"))
    };
    let count = u64::from(nodes.count);
    let Some(name) = table.kind else {
        let message = "an attack needs a `kind`".to_owned();
        return Err(Problem::said(format!("attack.{index}").as_str(), message));
    };
    Ok(match name.0 {
        AttackName::Drop => AttackKind::Drop,
        AttackName::Nonexistent => AttackKind::Nonexistent,
        AttackName::Colluders => AttackKind::Colluders,
        AttackName::Poison => AttackKind::Poison,
        AttackName::Flood => AttackKind::Flood {
            rate: rate(DEFAULT_FLOOD)?,
            victims: node("victims", table.victims, 1, 1..=count)?,
        },
        AttackName::Sybil => AttackKind::Sybil { target: target()? },
        AttackName::EclipseKey => AttackKind::EclipseKey { target: target()? },
        AttackName::EclipseNode => AttackKind::EclipseNode {
            victim: node("victim", table.victim, 0, 0..=count - 1)?,
            rate: rate(DEFAULT_CONTACT)?,
        },
    })
}

/// Victims are the first nodes, and keep to the protocol; who chooses a key is one of the last.
fn hits_others(
    index: usize,
    kind: AttackKind,
    kept: u32,
    attacks: &[AttackConfig],
) -> Result<(), Problem> {
    let (key, needed) = match kind {
        AttackKind::Flood { victims, .. } => ("victims", victims),
        AttackKind::EclipseNode { victim, .. } => ("victim", victim + 1),
        _ => return Ok(()),
    };
    if needed <= kept {
        return Ok(());
    }
    let adversaries: u32 = attacks.iter().map(|attack| attack.adversaries).sum();
    let message = format!(
        "with {adversaries} adversaries {kept} nodes keep to the protocol, and only these are \
         victims: `{key}` reaches further"
    );
    Err(Problem::said(format!("attack.{index}.{key}").as_str(), message))
}
