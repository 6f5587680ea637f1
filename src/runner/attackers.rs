//! Nodes that do not keep to the protocol: who they are, which keys they choose, what they answer and
//! whom they turn to. They are nodes like the others; while an attack lasts, what others ask of them
//! comes here instead.

use super::block::SimMessage;
use super::keys::Keys;
use super::population::Population;
use crate::checker::KeyRing;
use crate::kademlia::key::Key64;
use crate::kademlia::message::{Body, Message, PeerList, Providers, Record};
use crate::metrics::number::ratio;
use crate::protocol::NodeIndex;
use crate::rng::{Bijection, PacketDraws, Purpose, Seed, Stream};
use crate::scenario::Scenario;
use crate::time::{Duration, Instant};
use crate::workload::attack::{AttackConfig, AttackKind};
use crate::workload::config::{WorkloadConfig, WorkloadKind};
use bytes::Bytes;
use rand::{Rng, RngExt};
use std::collections::BTreeSet;

/// What a poisoned value says.
const POISON: &[u8] = b"poison";

/// An honest node's role.
const HONEST: u8 = u8::MAX;

/// The adversaries of a run.
#[derive(Clone, Debug)]
pub(super) struct Attackers {
    attacks: Vec<AttackConfig>,
    /// For each node the number of its attack.
    roles: Vec<u8>,
    keys: Keys,
    k: usize,
    /// Nodes that do not exist, as far from each other as those that do: the first is number 0.
    ghosts: Option<KeyRing>,
    draws: PacketDraws,
    /// By workload: what is answered to those who fetch its blocks, if it has any.
    poisoned_blocks: Vec<Option<Bytes>>,
}

/// What comes of a request to an adversary.
pub(super) enum Reply {
    /// What comes of one to an honest node.
    Honest,
    /// Nothing.
    None,
    /// This.
    Lie(SimMessage),
}

/// Places for the nodes of a run, and for those that do not exist and are named all the same: as many,
/// so that whatever a lookup looks for, some of them are as close to it as its closest nodes.
pub(super) fn places(scenario: &Scenario) -> u32 {
    let lies = |attack: &AttackConfig| attack.kind == AttackKind::Nonexistent;
    let nodes = scenario.nodes.count;
    if scenario.attacks.iter().any(lies) { 2 * nodes } else { nodes }
}

/// The keys of a run's nodes. Who chooses a key comes last, as one who comes to a network that is
/// there.
pub(super) fn keys(seed: Seed, scenario: &Scenario) -> Keys {
    let choosing = || scenario.attacks.iter().filter(|attack| attack.kind.chooses_keys());
    let count: u32 = choosing().map(|attack| attack.adversaries).sum();
    let computed = Bijection::new(seed);
    let mut stream = Stream::new(seed, Purpose::AttackKeys, 0);
    let bits = scenario.nodes.count.ilog2();
    let mut chosen = Vec::with_capacity(count as usize);
    let mut taken = BTreeSet::new();
    for attack in choosing() {
        for number in 0..attack.adversaries {
            let choose = |drawn: u64| match attack.kind {
                // Closer than any other node is likely to be.
                AttackKind::Sybil { target } | AttackKind::EclipseKey { target } => {
                    target ^ drawn >> (bits + 10)
                }
                AttackKind::EclipseNode { victim, .. } => {
                    let shared = number % (bits + 4);
                    let key = computed.apply(u64::from(victim));
                    key ^ (1 << 63 | drawn >> 1) >> shared
                }
                _ => unreachable!("the others choose no keys"),
            };
            // So many adversaries crowd around a key that two may draw the same.
            let mut draws = std::iter::repeat_with(|| choose(stream.next_u64()));
            let key = draws.find(|&key| taken.insert(key)).expect("draws have no end");
            chosen.push(Key64(key));
        }
    }
    Keys::new(seed, scenario.nodes.count - count, chosen)
}

impl Attackers {
    /// The adversaries of a scenario, if there are any.
    pub(super) fn new(seed: Seed, scenario: &Scenario, keys: &Keys) -> Option<Self> {
        if scenario.attacks.is_empty() {
            return None;
        }
        let nodes = scenario.nodes.count;
        let ghost = |number: NodeIndex| keys.of(NodeIndex(nodes + number.0));
        Some(Attackers {
            attacks: scenario.attacks.clone(),
            roles: roles(seed, scenario),
            keys: keys.clone(),
            k: scenario.kademlia.k,
            ghosts: (places(scenario) > nodes).then(|| KeyRing::new(nodes, ghost)),
            draws: PacketDraws::new(seed, Purpose::AttackRequests),
            poisoned_blocks: scenario.workloads.iter().map(poisoned_block).collect(),
        })
    }

    /// Whether a node is an adversary, at work or not.
    #[inline]
    pub(super) fn is_adversary(&self, node: NodeIndex) -> bool {
        self.roles.get(node.get()).is_some_and(|&role| role != HONEST)
    }

    /// Of an adversary whose attack has address groups of its own, the attack and how many it has.
    pub(super) fn address_groups(&self, node: NodeIndex) -> Option<(u8, u32)> {
        let role = *self.roles.get(node.get())?;
        let groups = self.attacks.get(usize::from(role))?.address_groups?;
        Some((role, groups))
    }

    /// Share of the adversaries of an attack among these nodes; `None` of nobody.
    pub(super) fn share_of(&self, attack: usize, nodes: &[NodeIndex]) -> Option<f64> {
        let own = |&&node: &&NodeIndex| usize::from(self.roles[node.get()]) == attack;
        ratio(nodes.iter().filter(own).count() as u64, nodes.len() as u64)
    }

    /// Whether an attack goes on.
    pub(super) fn are_at_work(&self, now: Instant) -> bool {
        self.attacks.iter().any(|attack| attack.at <= now && now < attack.until)
    }

    /// The adversaries of an attack, by its number.
    pub(super) fn of(&self, attack: usize) -> impl Iterator<Item = NodeIndex> {
        let own = move |&(_, &role): &(u32, &u8)| usize::from(role) == attack;
        (0..).zip(&self.roles).filter(own).map(|(node, _)| NodeIndex(node))
    }

    /// The attack in which a node is at work.
    fn at_work(&self, node: NodeIndex, now: Instant) -> Option<(u8, &AttackConfig)> {
        let role = *self.roles.get(node.get())?;
        let attack = self.attacks.get(usize::from(role))?;
        (attack.at <= now && now < attack.until).then_some((role, attack))
    }

    /// What a node answers to a request of `from`.
    pub(super) fn reply(
        &self,
        now: Instant,
        node: NodeIndex,
        from: NodeIndex,
        message: &SimMessage,
        population: &Population,
    ) -> Reply {
        let Some((role, attack)) = self.at_work(node, now) else { return Reply::Honest };
        if let (Body::TalkRequest { protocol, .. }, AttackKind::Poison) =
            (&message.body, attack.kind)
            && let Some(Some(block)) = self.poisoned_blocks.get(*protocol as usize)
        {
            let body = Body::TalkResponse { response: block.clone() };
            return Reply::Lie(Message { number: message.number, body });
        }
        let (target, asks_for_nodes) = match message.body {
            Body::FindNode { target } => (target, true),
            Body::FindValue { key } | Body::GetProviders { key } => (key, false),
            _ => return Reply::Honest,
        };
        if !population.serves(node) {
            return Reply::Honest;
        }
        let say = |body| Reply::Lie(Message { number: message.number, body });
        let colluders = || {
            population.closest_of(target, self.k, |other| {
                self.roles[other.get()] == role
                    && other != node
                    && other != from
                    && population.is_open_at(other, now)
            })
        };
        match attack.kind {
            AttackKind::Drop => Reply::None,
            AttackKind::Nonexistent => say(Body::Nodes { peers: self.ghosts_near(target) }),
            AttackKind::Colluders | AttackKind::EclipseKey { .. } => {
                say(Body::Nodes { peers: colluders() })
            }
            AttackKind::EclipseNode { victim, .. } if from.0 == victim => {
                say(Body::Nodes { peers: colluders() })
            }
            AttackKind::Sybil { .. } if !asks_for_nodes => say(Body::Nodes { peers: colluders() }),
            AttackKind::Poison => match message.body {
                Body::FindValue { .. } => {
                    let value = Bytes::from_static(POISON);
                    let record = Record { value, age: Duration::ZERO, cached: false };
                    say(Body::Value { record, closer: None })
                }
                Body::GetProviders { .. } => {
                    let providers = std::iter::once(node).chain(colluders()).collect();
                    let answer = Providers { providers, closer: colluders() };
                    say(Body::Providers(Box::new(answer)))
                }
                _ => Reply::Honest,
            },
            AttackKind::Flood { .. }
            | AttackKind::Sybil { .. }
            | AttackKind::EclipseNode { .. } => Reply::Honest,
        }
    }

    fn ghosts_near(&self, target: Key64) -> PeerList<NodeIndex> {
        let ghosts = self.ghosts.as_ref().expect("who names them has places for them");
        let nodes = self.roles.len() as u32;
        let near = ghosts.closest(target, self.k, |_| true);
        near.into_iter().map(|ghost| NodeIndex(nodes + ghost.0)).collect()
    }

    /// When each adversary of the attacks that send requests sends the first one.
    pub(super) fn first_requests(&self) -> impl Iterator<Item = (Instant, NodeIndex, u32)> {
        let sending = (0u32..).zip(&self.attacks);
        sending.flat_map(move |(number, attack)| {
            let gap = attack.kind.rate().map(gap);
            let adversaries = self.of(number as usize);
            adversaries.filter_map(move |node| {
                let gap = gap?.as_nanos();
                let phase = self.draws.bits(u64::from(node.0), u64::MAX) % gap.max(1);
                Some((attack.at + Duration::from_nanos(phase), node, number))
            })
        })
    }

    /// The request that an adversary sends now, to whom, and when it sends the next.
    pub(super) fn request(
        &self,
        now: Instant,
        node: NodeIndex,
        attack: u32,
    ) -> Option<(NodeIndex, SimMessage, Instant)> {
        let config = &self.attacks[attack as usize];
        if now >= config.until {
            return None;
        }
        let draw = |what| self.draws.bits(u64::from(node.0) << 1 | what, now.as_nanos());
        let (to, target) = match config.kind {
            AttackKind::Flood { victims, .. } => {
                (NodeIndex((draw(0) % u64::from(victims)) as u32), Key64(draw(1)))
            }
            AttackKind::EclipseNode { victim, .. } => {
                (NodeIndex(victim), self.keys.of(NodeIndex(victim)))
            }
            _ => unreachable!("the others send no requests"),
        };
        let rate = config.kind.rate().expect("it sends requests");
        let message = Message { number: 0, body: Body::FindNode { target } };
        Some((to, message, now + gap(rate)))
    }
}

/// A block of the workload's size that is none of its blocks.
fn poisoned_block(workload: &WorkloadConfig) -> Option<Bytes> {
    let WorkloadKind::Blocks(blocks) = workload.kind else { return None };
    Some(POISON.iter().copied().cycle().take(blocks.size as usize).collect())
}

/// Time from one request to the next.
fn gap(rate: f64) -> Duration {
    Duration::from_secs_f64(1.0 / rate).max(Duration::from_nanos(1))
}

/// The role of each node. Those that choose their keys are the last ones; the others are drawn,
/// since whoever has a lower number came earlier to a network that is set up warm. Victims are
/// honest.
fn roles(seed: Seed, scenario: &Scenario) -> Vec<u8> {
    let nodes = scenario.nodes.count;
    let mut roles = vec![HONEST; nodes as usize];
    let choosing = scenario.attacks.iter().filter(|attack| attack.kind.chooses_keys());
    let chosen: u32 = choosing.map(|attack| attack.adversaries).sum();
    let victims = scenario.attacks.iter().map(|attack| match attack.kind {
        AttackKind::Flood { victims, .. } => victims,
        AttackKind::EclipseNode { victim, .. } => victim + 1,
        _ => 0,
    });
    let victims = victims.max().unwrap_or(0);
    let mut next_chosen = nodes - chosen;
    let mut stream = Stream::new(seed, Purpose::AttackNodes, 0);
    // What is left of the nodes to draw from, in a random order from the end.
    let mut left: Vec<u32> = (victims..nodes - chosen).collect();
    for (role, attack) in (0u8..).zip(&scenario.attacks) {
        for _ in 0..attack.adversaries {
            let node = if attack.kind.chooses_keys() {
                next_chosen += 1;
                next_chosen - 1
            } else {
                left.swap_remove(stream.random_range(0..left.len()))
            };
            roles[node as usize] = role;
        }
    }
    roles
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// A million adversaries draw from 2^33 keys around their target, so that some draw the same.
    #[test]
    fn no_two_adversaries_have_the_same_key() {
        let settings = ["nodes.count=4000000", "attack=[{kind=\"sybil\", count=1000000}]"];
        let settings = settings.map(|text| text.parse().expect("settings are well formed"));
        let scenario = Scenario::parse("", "sybils.toml", Path::new(""), &settings);
        let scenario = scenario.unwrap_or_else(|error| panic!("{error}"));
        let keys = keys(Seed(1), &scenario);
        let mut chosen: Vec<Key64> =
            (3_000_000..4_000_000).map(|node| keys.of(NodeIndex(node))).collect();
        chosen.sort_unstable();
        assert!(chosen.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
