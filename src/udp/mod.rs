//! The same node on UDP sockets, where it speaks KRPC to whoever is there.
//!
//! From the parts to the whole:
//! - [`contact`]: what names a node: an id and an address;
//! - [`clock`]: the wall clock, read here and nowhere else in the program's protocol code;
//! - [`tokens`], [`limits`], [`counters`]: who may store, how much anyone may ask, what was seen;
//! - [`groups`]: which addresses are of one group;
//! - [`fate`]: what happens to a packet before it leaves, for experiments on one host;
//! - `line`: one node's correspondence: what it has asked and is being asked;
//! - [`driver`]: sockets, wake-ups and nodes in one thread;
//! - [`unwired`]: one node with neither socket nor clock, for tests that must repeat;
//! - [`request`] and [`service`]: what applications ask of a hosted node, answered when it is done;
//! - [`state`]: keys and contacts in a file, for the next start.
//!
//! A hosted node is [`crate::kademlia::Node`], the one that the simulator runs: it is told
//! [`Input`](crate::protocol::Input)s and acts through a [`Transport`](crate::protocol::Transport).

pub mod clock;
pub mod contact;
pub mod counters;
pub mod driver;
pub mod fate;
pub mod groups;
pub mod limits;
mod line;
pub mod request;
pub mod service;
pub mod state;
pub mod tokens;
pub mod unwired;

use crate::kademlia::Node;
use crate::kademlia::params::{Params, Precautions, Stop};
use crate::krpc::Id;
use crate::krpc::rules::Bep44;
use crate::time::Duration;
use contact::Contact;

/// A node as it is hosted here.
pub type UdpNode = Node<Contact, Id, Bep44>;

/// The most bytes of what an application says to another: the rest of its packet still finds room in a
/// datagram that is read.
pub const MOST_TALK_BYTES: usize = line::LONGEST - 192;

/// The parameters of a hosted node: those of Mainline, with the precautions of an open network.
///
/// A lookup ends when the k closest have answered, so that what is stored is found; a request has
/// failed after 5 s, as nobody on the Internet needs longer and a put waits for its last copy.
pub fn params() -> Params {
    Params {
        stop: Stop::KClosest,
        request_timeout: Duration::from_secs(5),
        precautions: Precautions::Open,
        ..Params::mainline()
    }
}
