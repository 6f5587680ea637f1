//! Faults in the notation of the file.

use super::{length, share};
use crate::network::faults::config::{Effect, FaultConfig, FaultKind, Sides, Span, Ways, Whom};
use crate::scenario::file::{FaultTable, NodeSpan};
use crate::scenario::words::{Choice, FaultName, Word};
use crate::time::Instant;
use crate::units::{BitRate, Length, Share};

/// Nothing where there are none, since an empty list of tables has no form of its own.
pub(super) fn faults(configs: &[FaultConfig]) -> Option<Vec<FaultTable>> {
    (!configs.is_empty()).then(|| configs.iter().map(fault).collect())
}

fn fault(config: &FaultConfig) -> FaultTable {
    let table = FaultTable {
        name: Some(config.name.clone()),
        kind: Some(Word(name(&config.kind))),
        at: length(config.at - Instant::ZERO),
        until: config.until.map(|until| Length(until - Instant::ZERO)),
        ..FaultTable::default()
    };
    match &config.kind {
        FaultKind::Partition { sides, direction } => {
            let table = FaultTable { direction: Some(Word(*direction)), ..table };
            match sides {
                Sides::Apart(whom) => of(whom, table),
                Sides::Groups(groups) => FaultTable {
                    groups: Some(groups.iter().map(|group| spans(group)).collect()),
                    ..table
                },
            }
        }
        FaultKind::Degradation { ways, latency, loss, bandwidth } => {
            let table = FaultTable {
                latency: length(*latency),
                loss: share(*loss),
                bandwidth: Some(BitRate(*bandwidth)),
                ..table
            };
            match ways {
                Ways::Of(whom, direction) => {
                    of(whom, FaultTable { direction: Some(Word(*direction)), ..table })
                }
                Ways::Between { from, to, direction } => FaultTable {
                    from: Some(from.clone()),
                    to: Some(to.clone()),
                    direction: Some(Word(*direction)),
                    ..table
                },
            }
        }
        FaultKind::Crash(whom) | FaultKind::FlashCrowd(whom) => of(whom, table),
        FaultKind::SlowNodes { whom, delay } => {
            of(whom, FaultTable { delay: length(*delay), ..table })
        }
        FaultKind::TimerSkew { whom, skew } => {
            of(whom, FaultTable { skew: Some(Share(*skew)), ..table })
        }
        FaultKind::Outage { region, effect } => FaultTable {
            region: Some(region.clone()),
            effect: Some(Word::<Effect>(*effect)),
            ..table
        },
    }
}

fn name(kind: &FaultKind) -> FaultName {
    let named = FaultName::WORDS.iter().find(|(word, _)| *word == kind.name());
    named.expect("every kind of fault has its word").1
}

/// The table with these nodes.
fn of(whom: &Whom, table: FaultTable) -> FaultTable {
    match whom {
        Whom::All => table,
        Whom::Share(share) => FaultTable { share: Some(Share(*share)), ..table },
        Whom::Region(name) => FaultTable { region: Some(name.clone()), ..table },
        Whom::Class(name) => FaultTable { class: Some(name.clone()), ..table },
        Whom::Nodes(nodes) => FaultTable { nodes: Some(spans(nodes)), ..table },
    }
}

fn spans(nodes: &[Span]) -> Vec<NodeSpan> {
    nodes.iter().cloned().map(NodeSpan).collect()
}
