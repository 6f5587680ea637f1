//! What nodes, keys and records of a run are called on sockets, and back.
//!
//! A key of the run is the beginning of an id. Records are immutable items of BEP 44, which lie
//! under the hash of their content ([`RecordKeys::OfContent`]).
//!
//! [`RecordKeys::OfContent`]: crate::runner::RecordKeys::OfContent

use crate::kademlia::key::{Key64, WideKey};
use crate::kademlia::operation::{Command, Finished, Report};
use crate::krpc::Id;
use crate::krpc::decode::item_of_record;
use crate::krpc::item::bencoded_string;
use crate::protocol::NodeIndex;
use crate::runner::record_keys::item;
use crate::runner::surroundings::Done;
use crate::udp::contact::Contact;
use bytes::Bytes;
use std::collections::BTreeMap;

/// Nodes of a run and their contacts.
#[derive(Clone, Debug, Default)]
pub(super) struct Directory {
    contacts: Vec<Contact>,
    /// By port: all are at one address.
    nodes: BTreeMap<u16, NodeIndex>,
}

impl Directory {
    /// Enters the next node.
    pub(super) fn add(&mut self, contact: Contact) {
        let node = NodeIndex(self.contacts.len() as u32);
        self.contacts.push(contact);
        self.nodes.insert(contact.address.port(), node);
    }

    pub(super) fn contact(&self, node: NodeIndex) -> Contact {
        self.contacts[node.get()]
    }

    /// The node at a port of this host; `None` if it is no part of the run.
    pub(super) fn at(&self, port: u16) -> Option<NodeIndex> {
        self.nodes.get(&port).copied()
    }

    /// The node of a contact; `None` if it is no part of the run.
    pub(super) fn node(&self, contact: Contact) -> Option<NodeIndex> {
        self.at(contact.address.port()).filter(|&node| self.contact(node) == contact)
    }

    /// A command as it is given on sockets. `content` is that of the record which it asks for.
    pub(super) fn command(
        &self,
        command: Command<NodeIndex, Key64>,
        content: Option<Bytes>,
    ) -> Command<Contact, Id> {
        match command {
            Command::FindNode { number, target } => {
                Command::FindNode { number, target: WideKey::beginning_with(target) }
            }
            Command::Put { number, value, .. } => {
                let item = item(&value);
                Command::Put { number, key: item.target(), value: item.to_record(None) }
            }
            Command::Get { number, key } => {
                let target = content.map(|content| item(&content).target());
                Command::Get { number, key: target.unwrap_or(WideKey::beginning_with(key)) }
            }
            Command::Provide { number, key } => {
                Command::Provide { number, key: WideKey::beginning_with(key) }
            }
            Command::Announce { number, key, time_to_live } => {
                let key = WideKey::beginning_with(key);
                Command::Announce { number, key, time_to_live }
            }
            Command::FindProviders { number, key } => {
                Command::FindProviders { number, key: WideKey::beginning_with(key) }
            }
            Command::Join { contacts } => {
                let contacts = contacts.into_iter().map(|node| self.contact(node)).collect();
                Command::Join { contacts }
            }
            Command::Meet { peer } => Command::Meet { peer: self.contact(peer) },
            Command::Ask { number, peer, protocol, request, timeout } => {
                Command::Ask { number, peer: self.contact(peer), protocol, request, timeout }
            }
            Command::Answer { to, request, response } => {
                Command::Answer { to: self.contact(to), request, response }
            }
        }
    }

    /// A report as it would be made in the run; `None` if it would not.
    pub(super) fn report(&self, report: Report<Contact, Id>) -> Option<Report<NodeIndex, Key64>> {
        Some(match report {
            Report::Holds(key) => Report::Holds(key.beginning()),
            Report::Dropped(key) => Report::Dropped(key.beginning()),
            Report::Spent(maintenance, bytes) => Report::Spent(maintenance, bytes),
            Report::Finished(done) => Report::Finished(self.done(done)),
            Report::Asked { from, protocol, number, request } => {
                Report::Asked { from: self.node(from)?, protocol, number, request }
            }
            Report::Answered { number, response } => Report::Answered { number, response },
            // Nodes on sockets are not observed.
            Report::Step(..) => return None,
        })
    }

    /// The same for an operation.
    pub(super) fn done(&self, done: Finished<Contact, Id>) -> Done {
        Finished {
            kind: done.kind,
            number: done.number,
            target: done.target.beginning(),
            started: done.started,
            closest: done.closest.into_iter().filter_map(|peer| self.node(peer)).collect(),
            value: done.value.map(|record| content(&record)),
            providers: done.providers.into_iter().filter_map(|peer| self.node(peer)).collect(),
            copies: done.copies,
            rounds: done.rounds,
            hops: done.hops,
            paths: done.paths,
            requests: done.requests,
            timeouts: done.timeouts,
            refused: done.refused,
        }
    }
}

/// Bytes of an item whose content has this many.
pub(super) fn item_bytes(content: usize) -> usize {
    bencoded_string(&vec![0; content]).len()
}

/// The content of the item in a record; nothing if it is none of ours.
fn content(record: &[u8]) -> Bytes {
    let value = item_of_record(record).map(|(item, _)| item.value).unwrap_or_default();
    let begin = value.iter().position(|&byte| byte == b':').map_or(value.len(), |colon| colon + 1);
    value.slice(begin..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_keeps_its_content_on_its_way() {
        for text in [&b""[..], b"a:b", b"12:"] {
            assert_eq!(content(&item(text).to_record(None)), text);
            assert_eq!(item_bytes(text.len()), item(text).value.len());
        }
        assert!(content(b"no item").is_empty());
    }

    #[test]
    fn nodes_are_known_by_their_whole_address() {
        let at = |ip: [u8; 4], port| Contact::new(WideKey([0; 20]), (ip, port).into());
        let mut directory = Directory::default();
        [4_000, 4_001].into_iter().for_each(|port| directory.add(at([127, 0, 0, 1], port)));
        assert_eq!(directory.node(at([127, 0, 0, 1], 4_001)), Some(NodeIndex(1)));
        assert_eq!(directory.node(at([127, 0, 0, 2], 4_001)), None, "another host");
        assert_eq!(directory.node(at([127, 0, 0, 1], 4_002)), None);
    }
}
