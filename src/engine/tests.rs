//! What a place and an event cost, as the documentation says it.

use super::queue::Bucketed;
use super::*;
use crate::kademlia::Node;
use crate::kademlia::key::Key64;
use crate::kademlia::message;

#[test]
fn a_place_costs_what_the_documentation_says() {
    let rows = [
        ("a place of the engine, the node in it not counted", {
            2 * size_of::<u32>() + size_of::<u64>() + size_of::<Digest>()
        }),
        ("both, in whole lines of the processor's cache", {
            size_of::<Slot<Node<NodeIndex, Key64>>>()
        }),
        ("a node's wake-up", Bucketed::WAKE_BYTES),
        (
            "its place, in whole lines of the processor's cache",
            size_of::<messages::Slot<message::Message<NodeIndex, Key64>>>(),
        ),
        ("a pending event", size_of::<Event>()),
    ];
    memory::assert_documented(&rows);
}
