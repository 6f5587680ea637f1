//! Handing things to a node: what it does reaches the queue through its transport.

use super::queue::EventQueue;
use super::transport::SimulatedTransport;
use super::{Engine, World};
use crate::protocol::{Input, NodeIndex, Protocol, Transport};

/// The transport of the node in a slot. A macro, as it borrows the parts of an engine one by one.
macro_rules! transport {
    ($engine:ident, $slot:ident, $node:ident, $world:ident) => {
        SimulatedTransport {
            now: $engine.now,
            me: $node,
            packets: &mut $slot.packets,
            draws: &mut $slot.draws,
            stream: None,
            seed: $engine.seed,
            queue: &mut $engine.queue,
            messages: &mut $engine.messages,
            outbox: &mut $engine.outbox,
            world: $world,
        }
    };
}

impl<P: Protocol<Peer = NodeIndex>, Q: EventQueue> Engine<P, Q> {
    /// Hands an input to a node that is online; does nothing if it is offline.
    pub fn input<W: World<P>>(&mut self, world: &mut W, node: NodeIndex, input: Input<P>) {
        let place = self.place_of(node);
        let slot = &mut self.slots[place];
        let Some(state) = &mut slot.node else { return };
        let mut transport = transport!(self, slot, node, world);
        state.handle(input, &mut transport);
        transport.close();
        if world.is_stirred() {
            world.react(self);
        }
    }

    /// Sends a message in the name of a node that is online and knows nothing of it; does nothing if
    /// it is offline.
    pub fn say<W: World<P>>(
        &mut self,
        world: &mut W,
        node: NodeIndex,
        to: NodeIndex,
        message: P::Message,
    ) {
        let place = self.place_of(node);
        let slot = &mut self.slots[place];
        if slot.node.is_none() {
            return;
        }
        let mut transport = transport!(self, slot, node, world);
        transport.send(to, message);
        transport.close();
    }
}
