//! What a node costs, field by field, as the documentation says it.

use super::*;
use crate::kademlia::key::Key64;
use crate::kademlia::lookup::Lookup;
use crate::kademlia::requests::Request;
use crate::protocol::NodeIndex;

type Table = RoutingTable<NodeIndex>;
type Peers = PeerList<NodeIndex>;

#[test]
fn a_node_costs_what_the_documentation_says() {
    let rows = [
        ("node", size_of::<Node<NodeIndex, Key64>>()),
        ("its key and parameters", size_of::<Key64>() + size_of::<Arc<Params>>()),
        ("its routing table, contacts not counted", size_of::<Table>()),
        ("its open requests, none of them counted", size_of::<Requests<NodeIndex>>()),
        ("its operations, none of them counted", size_of::<SmallVec<[Box<()>; 2]>>()),
        ("its records, none of them counted", size_of::<Records<NodeIndex, Key64>>()),
        ("a contact", Table::CONTACT_BYTES),
        ("a contact's replacement", size_of::<NodeIndex>()),
        ("a bucket's date", size_of::<u32>()),
        ("a request under way", size_of::<Request<NodeIndex>>()),
        ("an operation under way, its candidates not counted", {
            size_of::<Operation<NodeIndex, Key64>>()
        }),
        ("a candidate of a lookup", Lookup::<NodeIndex, Key64>::CANDIDATE_BYTES),
        ("a message on its way", size_of::<Option<Message<NodeIndex, Key64>>>()),
        ("of which nodes that it names", size_of::<Peers>()),
    ];
    memory::assert_documented(&rows);
}
