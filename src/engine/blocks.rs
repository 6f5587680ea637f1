//! A network divided into blocks of nodes, each with an engine of its own, side by side.
//!
//! Blocks run through the same window of time without regard to each other. That is sound as
//! long as a window is no wider than the smallest delay of a packet: what a node sends in it
//! reaches another block after its end (conservative synchronisation; Chandy and Misra, 1979).
//! Between two windows the blocks exchange what their nodes have sent.
//!
//! The total order of events names nothing that depends on the division, and an event touches
//! only its node; so each node handles the same events in the same order whatever the number
//! of blocks and threads.

use super::digest::Digest;
use super::exchange::{Division, Exchange, Mailboxes};
use super::queue::EventQueue;
use super::world::World;
use super::{Counters, Engine};
use crate::protocol::{NodeIndex, Protocol};
use crate::rng::Seed;
use crate::time::Instant;
use rayon::prelude::*;

/// All nodes of a network, in blocks.
pub struct Blocks<P: Protocol, Q, X = Mailboxes<<P as Protocol>::Message>> {
    division: Division,
    engines: Vec<Engine<P, Q>>,
    exchange: X,
    /// Windows so far.
    windows: u64,
}

impl<P: Protocol<Peer = NodeIndex>, Q: EventQueue> Blocks<P, Q>
where
    P::Message: Send,
{
    /// Places for the nodes of this division, with mailboxes between its blocks.
    pub fn new(division: Division, seed: Seed) -> Self {
        Blocks::with_exchange(division, seed, Mailboxes::new(division.blocks()))
    }
}

impl<P: Protocol<Peer = NodeIndex>, Q: EventQueue, X> Blocks<P, Q, X> {
    /// Places for the nodes of this division, all offline, at the beginning of time.
    pub fn with_exchange(division: Division, seed: Seed, exchange: X) -> Self {
        let engines = (0..division.blocks()).map(|block| Engine::block(division, block, seed));
        Blocks { division, engines: engines.collect(), exchange, windows: 0 }
    }

    /// How the network is divided.
    pub fn division(&self) -> Division {
        self.division
    }

    /// The engines of all blocks, in order.
    pub fn engines(&mut self) -> &mut [Engine<P, Q>] {
        &mut self.engines
    }

    /// The engine of a node's block.
    pub fn engine_of(&mut self, node: NodeIndex) -> &mut Engine<P, Q> {
        &mut self.engines[self.division.block_of(node)]
    }

    /// Number of places for nodes, online or not.
    pub fn places(&self) -> u32 {
        self.engines.last().map_or(0, |last| last.places().end)
    }

    /// The node in this place, if it is online.
    #[inline]
    pub fn node(&self, node: NodeIndex) -> Option<&P> {
        self.engines[self.division.block_of(node)].node(node)
    }

    /// Begins to fetch what is in this place.
    pub fn prefetch(&self, node: NodeIndex) {
        self.engines[self.division.block_of(node)].prefetch(node);
    }

    /// What all blocks have counted so far.
    pub fn counters(&self) -> Counters {
        let mut sum = Counters::default();
        self.engines.iter().for_each(|engine| sum.add(engine.counters()));
        sum
    }

    /// The digest of the run so far: that of every place, folded in order.
    pub fn digest(&self) -> Digest {
        let mut digest = Digest::default();
        self.engines.iter().for_each(|engine| engine.fold_into(&mut digest));
        digest
    }

    /// The digest of one place, to find where two runs part.
    pub fn digest_of(&self, node: NodeIndex) -> Digest {
        self.engines[self.division.block_of(node)].digest_of(node)
    }

    /// Nothing is due before this instant, in any block or on the way to one: a bound, which
    /// may be too early.
    pub fn nothing_before(&self) -> Instant {
        let bounds = self.engines.iter().map(Engine::nothing_before);
        bounds.min().unwrap_or(Instant::FAR_FUTURE)
    }
}

impl<P, Q, X> Blocks<P, Q, X>
where
    P: Protocol<Peer = NodeIndex> + Send,
    P::Message: Send,
    Q: EventQueue,
    X: Exchange<P::Message>,
{
    /// Runs all blocks to `end`, each in its own world: one window. Blocks run on the threads
    /// of the rayon pool from which this is called.
    ///
    /// # Panics
    /// If there are several blocks and a node sends something that is due before `end`.
    pub fn run_until<W: World<P> + Send>(&mut self, worlds: &mut [W], end: Instant) {
        assert_eq!(worlds.len(), self.engines.len(), "each block has its world");
        if let ([engine], [world]) = (&mut self.engines[..], &mut *worlds) {
            engine.run_until(world, end);
            return;
        }
        let (window, exchange) = (self.windows, &self.exchange);
        self.windows += 1;
        let blocks = self.engines.par_iter_mut().zip(worlds).enumerate().with_max_len(1);
        blocks.for_each(|(block, (engine, world))| {
            exchange.collect(window, block, &mut |parcel| engine.take_in(parcel));
            engine.run_until(world, end);
            engine.posted = engine.outbox.post(exchange, window + 1, block);
        });
    }
}

#[cfg(test)]
mod tests;
