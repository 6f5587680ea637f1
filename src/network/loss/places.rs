//! Loss by who sends and who receives: by the classes of the two, and between certain classes or
//! regions.
//!
//! Nodes that no rule tells apart are of one kind, and each ordered pair of kinds has one
//! probability, so that a packet costs two look-ups and a draw, whatever the number of rules.

use crate::network::Packet;
use crate::network::chance::Chance;
use crate::network::config::{LatencyModel, NetworkConfig};
use crate::network::placement::{self, Placement};
use crate::protocol::NodeIndex;
use crate::rng::{PacketDraws, Purpose, Seed};
use std::collections::BTreeMap;

/// The loss between all places of one run.
#[derive(Debug)]
pub(super) struct Places {
    of_node: Box<[u16]>,
    kinds: usize,
    /// From kind (row) to kind, row by row.
    chances: Box<[Chance]>,
    draws: PacketDraws,
}

/// What rules know of a node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    /// Bits of the loss of its class.
    loss: u64,
    /// The links that lead from it.
    from: Vec<usize>,
    /// The links that lead to it.
    to: Vec<usize>,
}

impl Places {
    /// `None` where no class and no link has loss.
    ///
    /// # Panics
    /// If a link names neither a class nor a region, or there are more than 65,536 kinds of nodes.
    pub(super) fn new(config: &NetworkConfig, nodes: u32, seed: Seed) -> Option<Self> {
        let classes = &config.classes;
        if config.loss_links.is_empty() && classes.iter().all(|class| class.loss == 0.0) {
            return None;
        }
        let Table { kinds, of_place } = table(config);
        let shares: Vec<f64> = classes.iter().map(|class| class.share).collect();
        let class = Placement::by_share(seed, placement::CLASS, &shares);
        let region = match &config.latency.model {
            LatencyModel::Regions(regions) => {
                Some(Placement::by_share(seed, placement::REGION, &regions.shares))
            }
            _ => None,
        };
        let of_node = |node| {
            let region = region.as_ref().map_or(0, |region| region.of(NodeIndex(node)));
            of_place[class.of(NodeIndex(node))][region]
        };
        let chance = |from: &Kind, to: &Kind| {
            let links = from.from.iter().filter(|link| to.to.contains(link));
            let links = links.map(|&link| config.loss_links[link].rate);
            let ends = [from, to].map(|kind| f64::from_bits(kind.loss));
            let kept: f64 = ends.into_iter().chain(links).map(|rate| 1.0 - rate).product();
            Chance::new(1.0 - kept)
        };
        let pairs = kinds.iter().flat_map(|from| kinds.iter().map(move |to| (from, to)));
        Some(Places {
            of_node: (0..nodes).map(of_node).collect(),
            chances: pairs.map(|(from, to)| chance(from, to)).collect(),
            kinds: kinds.len(),
            draws: PacketDraws::new(seed, Purpose::PlaceLoss),
        })
    }

    /// Whether this packet is lost.
    #[inline]
    pub(super) fn takes(&self, packet: &Packet) -> bool {
        let row = usize::from(self.of_node[packet.sender.get()]) * self.kinds;
        let chance = self.chances[row + usize::from(self.of_node[packet.receiver.get()])];
        !chance.is_never()
            && chance.hits(self.draws.bits(u64::from(packet.sender.0), packet.number))
    }
}

struct Table {
    kinds: Vec<Kind>,
    /// By class, then region.
    of_place: Vec<Vec<u16>>,
}

fn table(config: &NetworkConfig) -> Table {
    let regions: Vec<&str> = match &config.latency.model {
        LatencyModel::Regions(regions) => regions.names.iter().map(String::as_str).collect(),
        _ => vec![],
    };
    let named = |name: &String| {
        config.classes.iter().any(|class| class.name == *name) || regions.contains(&name.as_str())
    };
    let ends = config.loss_links.iter().flat_map(|link| [&link.from, &link.to]);
    ends.for_each(|name| assert!(named(name), "{name} is neither a class nor a region"));
    // Without regions everyone is in one that no link can name.
    let places = if regions.is_empty() { vec![""] } else { regions };
    let mut numbers: BTreeMap<Kind, u16> = BTreeMap::new();
    let mut kinds = Vec::new();
    let mut number = |kind: Kind| match numbers.get(&kind) {
        Some(&number) => number,
        None => {
            let number = u16::try_from(kinds.len()).expect("kinds of nodes fit 16 bits");
            kinds.push(kind.clone());
            numbers.insert(kind, number);
            number
        }
    };
    let mut of_place = Vec::new();
    for class in &config.classes {
        let is_one = |name: &str, region: &str| name == class.name || name == region;
        let row = places.iter().map(|region| {
            let links = || config.loss_links.iter().enumerate();
            let from = links().filter(|(_, link)| is_one(&link.from, region));
            let to = links().filter(|(_, link)| is_one(&link.to, region));
            number(Kind {
                loss: class.loss.to_bits(),
                from: from.map(|(index, _)| index).collect(),
                to: to.map(|(index, _)| index).collect(),
            })
        });
        of_place.push(row.collect());
    }
    Table { kinds, of_place }
}

/// How many kinds of nodes the loss by class and by link tells apart; memory grows with their
/// square.
///
/// # Panics
/// If a link names neither a class nor a region.
pub fn kinds_of_nodes(config: &NetworkConfig) -> usize {
    table(config).kinds.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::config::{ClassConfig, LinkLossConfig, RegionsConfig};
    use crate::time::{Duration, Instant};

    fn link(from: &str, to: &str, rate: f64) -> LinkLossConfig {
        LinkLossConfig { from: from.to_owned(), to: to.to_owned(), rate }
    }

    fn config() -> NetworkConfig {
        let regions = RegionsConfig {
            names: vec!["east".to_owned(), "west".to_owned()],
            shares: vec![0.5, 0.5],
            delays: vec![Duration::from_millis(10); 4],
        };
        let class = |name, loss| ClassConfig { share: 0.5, loss, ..ClassConfig::unlimited(name) };
        let classes = vec![class("home", 0.1), class("server", 0.0)];
        let links = vec![link("east", "west", 0.2), link("home", "server", 0.5)];
        NetworkConfig {
            loss_links: links,
            ..NetworkConfig::of_latency(LatencyModel::Regions(regions), classes)
        }
    }

    /// Every pair of class and region against the product written out, packet by packet.
    #[test]
    fn classes_and_links_multiply_and_links_lead_one_way() {
        let config = config();
        assert_eq!(kinds_of_nodes(&config), 4);
        let nodes = 40;
        let places = Places::new(&config, nodes, Seed(2)).expect("there is loss");
        let class = Placement::by_share(Seed(2), placement::CLASS, &[0.5, 0.5]);
        let region = Placement::by_share(Seed(2), placement::REGION, &[0.5, 0.5]);
        let place = |node| (class.of(NodeIndex(node)), region.of(NodeIndex(node)));
        let mut sums: BTreeMap<_, (f64, f64, f64)> = BTreeMap::new();
        for (sender, receiver) in (0..nodes).flat_map(|a| (0..nodes).map(move |b| (a, b))) {
            let ((from, east), (to, west)) = (place(sender), place(receiver));
            let home = |class| if class == 0 { 0.9 } else { 1.0 };
            let ocean = if (east, west) == (0, 1) { 0.8 } else { 1.0 };
            let peering = if (from, to) == (0, 1) { 0.5 } else { 1.0 };
            let rate: f64 = 1.0 - home(from) * home(to) * ocean * peering;
            let sum = sums.entry((place(sender), place(receiver))).or_default();
            for number in 0..500 {
                let number = number + 500 * u64::from(receiver);
                let (sender, receiver) = (NodeIndex(sender), NodeIndex(receiver));
                let sent = Instant::ZERO;
                let packet = Packet { sender, receiver, number, size: 100, sent };
                sum.0 += f64::from(u8::from(places.takes(&packet)));
                sum.1 += rate;
                sum.2 += rate * (1.0 - rate);
            }
        }
        assert_eq!(sums.len(), 16, "every pair of places occurs");
        for (pair, (lost, expected, variance)) in sums {
            assert!((lost - expected).abs() <= 4.5 * f64::sqrt(variance), "{pair:?}: {lost}");
        }
    }

    #[test]
    fn without_loss_anywhere_there_is_no_table() {
        let mut config = config();
        config.loss_links.clear();
        config.classes[0].loss = 0.0;
        assert!(Places::new(&config, 10, Seed(2)).is_none());
        assert_eq!(kinds_of_nodes(&config), 1);
    }

    #[test]
    #[should_panic(expected = "south is neither a class nor a region")]
    fn a_link_to_nowhere_is_refused() {
        let mut config = config();
        config.loss_links.push(link("south", "east", 0.1));
        Places::new(&config, 10, Seed(2));
    }
}
