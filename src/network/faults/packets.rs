//! What faults do to packets. Decided when a packet is sent: when it leaves and when it will arrive
//! is known then, and so is what goes wrong meanwhile.

use super::Members;
use super::config::{Direction, Effect, FaultKind, Ways};
use crate::network::bandwidth::Link;
use crate::network::chance::Chance;
use crate::network::config::NetworkConfig;
use crate::network::{DropReason, Packet, Verdict};
use crate::protocol::NodeIndex;
use crate::rng::{PacketDraws, Purpose, Seed};
use crate::time::{Duration, Instant};
use std::ops::Range;
use std::sync::Arc;

/// Bytes that wait at most before a degraded way of limited bandwidth.
const QUEUE_BYTES: u64 = 256 << 10;

/// The faults of a run that concern packets, for the packets of the nodes of a block.
#[derive(Clone, Debug)]
pub(in crate::network) struct Packets {
    plan: Arc<Plan>,
    /// The first node of the block.
    first: u32,
    /// For each degradation of limited bandwidth when the way of each sender is free; empty for the
    /// others.
    free: Vec<Vec<Instant>>,
    /// Packets dropped by each fault of the scenario.
    dropped: Vec<u64>,
    /// The last packet that was delivered: a copy of it sets out from there.
    last: Option<Journey>,
}

/// What is known of a packet on its way.
#[derive(Clone, Copy, Debug)]
struct Journey {
    sender: NodeIndex,
    number: u64,
    /// When it left everything in which it may have had to wait.
    departure: Instant,
    /// By how much degradations lengthen its way.
    longer: Duration,
}

/// What never changes.
#[derive(Debug)]
struct Plan {
    degradations: Vec<Degradation>,
    cuts: Vec<Cut>,
    slow: Vec<Slow>,
    draws: PacketDraws,
}

/// When a fault lasts, and its number.
#[derive(Clone, Copy, Debug)]
struct Time {
    fault: usize,
    at: Instant,
    until: Instant,
}

impl Time {
    #[inline]
    fn covers(&self, instant: Instant) -> bool {
        (self.at..self.until).contains(&instant)
    }

    /// Whether it shares an instant with this journey, both ends of which belong to that.
    #[inline]
    fn meets(&self, departure: Instant, arrival: Instant) -> bool {
        departure < self.until && self.at <= arrival
    }
}

#[derive(Debug)]
struct Degradation {
    time: Time,
    concerned: Concerned,
    latency: Duration,
    loss: Chance,
    bandwidth: Option<Link>,
}

/// From whom to whom.
#[derive(Debug)]
enum Concerned {
    Of(Members, Direction),
    Between { from: Members, to: Members, direction: Direction },
}

impl Concerned {
    fn has(&self, sender: NodeIndex, receiver: NodeIndex) -> bool {
        match self {
            Concerned::Of(members, direction) => {
                *direction != Direction::In && members.has(sender)
                    || *direction != Direction::Out && members.has(receiver)
            }
            Concerned::Between { from, to, direction } => {
                from.has(sender) && to.has(receiver)
                    || *direction == Direction::Both && from.has(receiver) && to.has(sender)
            }
        }
    }
}

#[derive(Debug)]
struct Cut {
    time: Time,
    members: Members,
    kind: CutKind,
}

#[derive(Clone, Copy, Debug)]
enum CutKind {
    Between(Direction),
    /// Nobody reaches the members, not even they each other.
    Around,
}

impl Cut {
    fn parts(&self, sender: NodeIndex, receiver: NodeIndex) -> bool {
        let (from, to) = (self.members.group_of(sender), self.members.group_of(receiver));
        match self.kind {
            CutKind::Between(Direction::Both) => from != to,
            CutKind::Between(Direction::Out) => from != to && from != 0,
            CutKind::Between(Direction::In) => from != to && to != 0,
            CutKind::Around => from != 0 || to != 0,
        }
    }
}

#[derive(Debug)]
struct Slow {
    time: Time,
    members: Members,
    delay: Duration,
}

impl Packets {
    /// The faults of this configuration for packets of nodes `0..nodes`; `None` if none concerns
    /// packets.
    pub(in crate::network) fn new(config: &NetworkConfig, nodes: u32, seed: Seed) -> Option<Self> {
        let draws = PacketDraws::new(seed, Purpose::FaultLoss);
        let mut plan = Plan { degradations: vec![], cuts: vec![], slow: vec![], draws };
        for (fault, said) in config.faults.iter().enumerate() {
            let time = Time { fault, at: said.at, until: said.end() };
            let members = || Members::of(config, fault, seed);
            match &said.kind {
                FaultKind::Partition { direction, .. } => {
                    let kind = CutKind::Between(*direction);
                    plan.cuts.push(Cut { time, members: members(), kind });
                }
                FaultKind::Outage { effect: Effect::Unreachable, .. } => {
                    plan.cuts.push(Cut { time, members: members(), kind: CutKind::Around });
                }
                FaultKind::Degradation { ways, latency, loss, bandwidth } => {
                    let place = |name: &str| Members::of_place(name, config, seed);
                    let concerned = match ways {
                        Ways::Of(_, direction) => Concerned::Of(members(), *direction),
                        Ways::Between { from, to, direction } => Concerned::Between {
                            from: place(from),
                            to: place(to),
                            direction: *direction,
                        },
                    };
                    plan.degradations.push(Degradation {
                        time,
                        concerned,
                        latency: *latency,
                        loss: Chance::new(*loss),
                        bandwidth: bandwidth.map(|rate| Link::new(rate, QUEUE_BYTES)),
                    });
                }
                FaultKind::SlowNodes { delay, .. } => {
                    plan.slow.push(Slow { time, members: members(), delay: *delay });
                }
                FaultKind::Crash(_)
                | FaultKind::FlashCrowd(_)
                | FaultKind::TimerSkew { .. }
                | FaultKind::Outage { effect: Effect::Offline, .. } => {}
            }
        }
        if plan.degradations.is_empty() && plan.cuts.is_empty() && plan.slow.is_empty() {
            return None;
        }
        let dropped = vec![0; config.faults.len()];
        let whole = Packets { plan: Arc::new(plan), first: 0, free: vec![], dropped, last: None };
        Some(whole.part(0..nodes))
    }

    /// The same for the packets of these nodes, of which none has sent any yet.
    pub(in crate::network) fn part(&self, nodes: Range<u32>) -> Self {
        let free = |degradation: &Degradation| match degradation.bandwidth {
            Some(_) => vec![Instant::ZERO; nodes.len()],
            None => vec![],
        };
        Packets {
            plan: Arc::clone(&self.plan),
            first: nodes.start,
            free: self.plan.degradations.iter().map(free).collect(),
            dropped: vec![0; self.dropped.len()],
            last: None,
        }
    }

    /// Packets dropped by each fault of the scenario.
    pub(in crate::network) fn dropped(&self) -> &[u64] {
        &self.dropped
    }

    /// What becomes of a packet that left its uplink at `departure` and would be `travel` on its
    /// way, or, if it is `lost`, would not get there anyway.
    pub(in crate::network) fn judge(
        &mut self,
        packet: &Packet,
        mut departure: Instant,
        travel: Duration,
        lost: bool,
    ) -> Verdict {
        let Packet { sender, receiver, number, size, .. } = *packet;
        let plan = &*self.plan;
        let (mut taken, mut longer) = (None, Duration::ZERO);
        for (degradation, free) in plan.degradations.iter().zip(&mut self.free) {
            let Degradation { time, latency, loss, bandwidth, concerned } = degradation;
            if !time.covers(departure) || !concerned.has(sender, receiver) {
                continue;
            }
            if let Some(link) = bandwidth {
                let free = &mut free[(sender.0 - self.first) as usize];
                let Some([_, through]) = link.pass(free, departure, size) else {
                    self.dropped[time.fault] += 1;
                    return Verdict::Drop(DropReason::UplinkFull);
                };
                departure = through;
            }
            longer = longer + *latency;
            let bits = plan.draws.bits(u64::from(sender.0), number << 8 | time.fault as u64);
            if !loss.is_never() && loss.hits(bits) {
                taken = taken.or(Some(time.fault));
            }
        }
        let arrival = departure + travel + longer;
        if let Some(fault) = plan.cut(packet, departure, arrival) {
            self.dropped[fault] += 1;
            return Verdict::Drop(DropReason::Partition);
        }
        if lost || taken.is_some() {
            if let Some(fault) = taken.filter(|_| !lost) {
                self.dropped[fault] += 1;
            }
            return Verdict::Drop(DropReason::Loss);
        }
        self.last = Some(Journey { sender, number, departure, longer });
        Verdict::Deliver(arrival + plan.slowness(receiver, arrival))
    }

    /// What becomes of the copy of the packet that was delivered last, which would be `travel` on
    /// its way: it goes the same degraded ways, having waited for them as a part of the packet.
    ///
    /// # Panics
    /// If another packet was delivered since.
    pub(in crate::network) fn judge_copy(&mut self, packet: &Packet, travel: Duration) -> Verdict {
        let Some(Journey { departure, longer, .. }) =
            self.last.filter(|last| (last.sender, last.number) == (packet.sender, packet.number))
        else {
            panic!("the packet that is copied is the last one delivered");
        };
        let arrival = departure + travel + longer;
        match self.plan.cut(packet, departure, arrival) {
            Some(fault) => {
                self.dropped[fault] += 1;
                Verdict::Drop(DropReason::Partition)
            }
            None => Verdict::Deliver(arrival + self.plan.slowness(packet.receiver, arrival)),
        }
    }
}

impl Plan {
    /// The first fault that cuts the way of a packet while it is on it.
    fn cut(&self, packet: &Packet, departure: Instant, arrival: Instant) -> Option<usize> {
        let meets = |cut: &&Cut| cut.time.meets(departure, arrival);
        let mut met = self.cuts.iter().filter(meets);
        met.find(|cut| cut.parts(packet.sender, packet.receiver)).map(|cut| cut.time.fault)
    }

    /// How long a message that arrives waits until it is handled.
    fn slowness(&self, receiver: NodeIndex, arrival: Instant) -> Duration {
        let slow = self.slow.iter();
        let slow = slow.filter(|slow| slow.time.covers(arrival) && slow.members.has(receiver));
        slow.fold(Duration::ZERO, |sum, slow| sum + slow.delay)
    }
}

#[cfg(test)]
mod tests;
