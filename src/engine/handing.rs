//! Handing things to a node: what it does reaches the queue through its transport.

use super::queue::EventQueue;
use super::transport::SimulatedTransport;
use super::{Engine, World};
use crate::protocol::{Input, NodeIndex, Protocol, Transport};

impl<P: Protocol<Peer = NodeIndex>, Q: EventQueue> Engine<P, Q> {
    /// Hands an input to a node that is online; does nothing if it is offline.
    pub fn input<W: World<P>>(&mut self, world: &mut W, node: NodeIndex, input: Input<P>) {
        self.with_node(world, node, |state, transport| state.handle(input, transport));
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
        self.with_node(world, node, |_, transport| transport.send(to, message));
    }

    #[inline]
    fn with_node<W: World<P>>(
        &mut self,
        world: &mut W,
        node: NodeIndex,
        act: impl FnOnce(&mut P, &mut SimulatedTransport<'_, P, Q, W>),
    ) {
        let place = self.place_of(node);
        let slot = &mut self.slots[place];
        let Some(state) = &mut slot.node else { return };
        let mut transport = SimulatedTransport {
            now: self.now,
            me: node,
            packets: &mut slot.packets,
            draws: &mut slot.draws,
            stream: None,
            seed: self.seed,
            queue: &mut self.queue,
            messages: &mut self.messages,
            outbox: &mut self.outbox,
            world,
        };
        act(state, &mut transport);
        transport.close();
    }
}
