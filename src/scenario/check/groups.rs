//! Groups of addresses: how many there are, and whether there are any where they are limited.

use super::bounds::whole;
use crate::kademlia::params::Params;
use crate::scenario::Nodes;
use crate::scenario::file::Whole;
use crate::scenario::problem::Problem;
use crate::workload::attack::AttackConfig;

/// As many as there are nodes at most.
const MOST_GROUPS: u64 = 100_000_000;

/// A number of groups; 0 for none.
pub fn count(path: &str, given: Option<Whole>) -> Result<Option<u32>, Problem> {
    let count = whole(path, given, 0, 0..=MOST_GROUPS)?;
    Ok(Some(u32::try_from(count).expect("the bound is below 2^32")).filter(|&count| count > 0))
}

/// Where each node has a group of its own, a limit of more than one for a table limits nothing.
pub fn are_there(params: &Params, nodes: Nodes, attacks: &[AttackConfig]) -> Result<(), Problem> {
    let in_attacks = attacks.iter().any(|attack| attack.address_groups.is_some());
    if nodes.address_groups.is_some() || in_attacks {
        return Ok(());
    }
    let limits = [
        ("bucket_group_limit", params.bucket_group_limit),
        ("table_group_limit", params.table_group_limit),
    ];
    let Some((key, _)) = limits.into_iter().find(|(_, limit)| limit.is_some()) else {
        return Ok(());
    };
    let message = "it limits nothing, since each node has an address group of its own: set \
                   `nodes.address_groups`, or `address_groups` in an [[attack]]";
    Err(Problem::said(format!("kademlia.{key}").as_str(), message))
}
