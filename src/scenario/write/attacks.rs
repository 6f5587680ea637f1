//! Attacks, as a file has them.

use super::{length, whole};
use crate::scenario::file::AttackTable;
use crate::scenario::words::{AttackName, Word};
use crate::time::Instant;
use crate::units::Rate;
use crate::workload::attack::{AttackConfig, AttackKind};

/// Nothing where there are none, since an empty list of tables has no form of its own.
pub(super) fn attacks(configs: &[AttackConfig]) -> Option<Vec<AttackTable>> {
    (!configs.is_empty()).then(|| configs.iter().map(attack).collect())
}

fn attack(config: &AttackConfig) -> AttackTable {
    let table = |name| AttackTable {
        kind: Some(Word(name)),
        count: whole(config.adversaries),
        at: length(config.at - Instant::ZERO),
        until: length(config.until - Instant::ZERO),
        address_groups: whole(config.address_groups.unwrap_or(0)),
        ..AttackTable::default()
    };
    let near = |target: u64, name| AttackTable { target: Some(key(target)), ..table(name) };
    match config.kind {
        AttackKind::Drop => table(AttackName::Drop),
        AttackKind::Nonexistent => table(AttackName::Nonexistent),
        AttackKind::Colluders => table(AttackName::Colluders),
        AttackKind::Poison => table(AttackName::Poison),
        AttackKind::Flood { rate, victims } => AttackTable {
            rate: Some(Rate(rate)),
            victims: whole(victims),
            ..table(AttackName::Flood)
        },
        AttackKind::Sybil { target } => near(target, AttackName::Sybil),
        AttackKind::EclipseKey { target } => near(target, AttackName::EclipseKey),
        AttackKind::EclipseNode { victim, rate } => AttackTable {
            rate: Some(Rate(rate)),
            victim: whole(victim),
            ..table(AttackName::EclipseNode)
        },
    }
}

/// A key as 16 hexadecimal digits.
fn key(target: u64) -> String {
    format!("{target:016x}")
}
