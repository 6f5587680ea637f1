//! What a driver sends: now, later, twice or not at all.

use super::{Driver, Due, Place};
use crate::time::Instant;
use crate::udp::counters::Dropped;
use crate::udp::fate::{Departing, Fate};
use std::cmp::Reverse;
use std::net::SocketAddr;

impl Driver {
    /// What becomes of a datagram is decided before it leaves.
    pub(super) fn depart(&mut self, node: usize, to: SocketAddr, bytes: Vec<u8>, now: Instant) {
        let place = &mut self.places[node];
        let packet = Departing { node, to, number: place.packets, bytes: bytes.len(), now };
        place.packets += 1;
        match self.setup.fates.decide(packet) {
            Fate::Leave => self.transmit(node, to, &bytes),
            Fate::Lost(reason) => self.places[node].line.counters.lose(reason),
            Fate::LeaveAfter(delay) => self.hold_back(node, to, bytes, now + delay),
            Fate::Twice(both) => {
                self.places[node].packets += 1;
                self.places[node].line.counters.duplicate();
                for one in both {
                    match one {
                        Ok(delay) => self.hold_back(node, to, bytes.clone(), now + delay),
                        Err(reason) => self.places[node].line.counters.lose(reason),
                    }
                }
            }
        }
    }

    fn hold_back(&mut self, node: usize, to: SocketAddr, bytes: Vec<u8>, until: Instant) {
        let number = self.next_packet;
        self.next_packet += 1;
        self.held_back.insert(number, (node, to, bytes));
        self.queue.push(Due::Packet(number), Reverse(until));
    }

    /// A datagram that the socket does not take is lost, as any may be.
    pub(super) fn transmit(&mut self, node: usize, to: SocketAddr, bytes: &[u8]) {
        let Place { line, socket, .. } = &mut self.places[node];
        if socket.send_to(bytes, to).is_err() {
            line.drop(Dropped::NotSent);
        }
    }
}
