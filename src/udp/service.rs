//! What applications ask of a hosted node, answered when it is done.
//!
//! A [`Service`] drives nodes ([`Driver`]), has them join through addresses whose ids nobody
//! knows yet, and turns requests in BitTorrent's words into commands and back.

use super::contact::Contact;
use super::driver::{Driver, Event, Opening};
use super::request::{Notice, Outcome, Request, Signer};
use crate::kademlia::operation::{Command, Finished, OperationKind, Report};
use crate::kademlia::rules::Rules;
use crate::krpc::Id;
use crate::krpc::decode::{is_bencoded, item_of_record};
use crate::krpc::item::{Item, mutable_target, public_key};
use crate::krpc::packet::{ErrorCode, KrpcError};
use crate::krpc::rules::Bep44;
use crate::time::Duration;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

/// Tickets with this bit are those of pings to the addresses that a node joins through; the rest
/// is the place in the list of these.
const BOOTSTRAP: u64 = 1 << 63;

/// What is known of a request under way.
#[derive(Clone, Debug)]
enum Pending {
    Store {
        target: Id,
        seq: Option<i64>,
    },
    /// The version of a mutable item is being looked for.
    Version {
        value: Bytes,
        signer: Signer,
    },
    Get,
    Peers {
        info_hash: Id,
    },
    Nodes,
    Ping,
}

/// A hosted node, as its applications know it.
#[derive(Debug, Default)]
struct Hosted {
    /// Addresses to join through.
    bootstrap: Vec<SocketAddr>,
    /// Who was found there, and whom the node knew before.
    introducers: Vec<Contact>,
    told: bool,
}

/// Hosted nodes and what is asked of them.
pub struct Service {
    driver: Driver,
    hosted: Vec<Hosted>,
    pending: BTreeMap<u64, (usize, Pending)>,
    next_ticket: u64,
    notices: Vec<Notice>,
}

impl Service {
    /// Puts a driver without nodes to service.
    pub fn new(driver: Driver) -> Self {
        let (hosted, pending, notices) = (Vec::new(), BTreeMap::new(), Vec::new());
        Service { driver, hosted, pending, next_ticket: 0, notices }
    }

    /// The driver.
    pub fn driver(&self) -> &Driver {
        &self.driver
    }

    /// Hosts a node that joins through these addresses, beside the contacts that it has.
    ///
    /// # Errors
    /// If the address cannot be listened at.
    pub fn open(&mut self, opening: Opening, bootstrap: Vec<SocketAddr>) -> io::Result<usize> {
        let introducers = opening.contacts.clone();
        let node = self.driver.open(opening)?;
        self.hosted.push(Hosted { bootstrap, introducers, told: false });
        Ok(node)
    }

    /// Tells a node to start.
    pub fn start(&mut self, node: usize) {
        self.driver.start(node);
        for index in 0..self.hosted[node].bootstrap.len() {
            self.ping_bootstrap(node, index);
        }
        self.collect();
    }

    fn ping_bootstrap(&mut self, node: usize, index: usize) {
        let address = self.hosted[node].bootstrap[index];
        self.driver.ping(node, address, BOOTSTRAP | index as u64);
    }

    /// Has a node do something; gives the ticket under which [`Notice::Done`] tells what came of
    /// it, which may be at once.
    pub fn ask(&mut self, node: usize, request: Request) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        let begun = self.begin(node, ticket, request);
        if let Err(error) = begun {
            self.done(ticket, Outcome::Failed(error));
        }
        self.collect();
        ticket
    }

    fn begin(&mut self, node: usize, ticket: u64, request: Request) -> Result<(), String> {
        let (number, driver) = (ticket, &mut self.driver);
        let (pending, command) = match request {
            Request::Put { value, signer: None } => {
                return self.store(node, ticket, Item::immutable(value), None);
            }
            Request::Put { value, signer: Some(Signer { seq: Some(seq), secret, salt, cas }) } => {
                let item = Item::sign(secret, &salt, seq, value).map_err(said)?;
                return self.store(node, ticket, item, cas);
            }
            Request::Put { value, signer: Some(signer) } => {
                let target = mutable_target(&public_key(signer.secret), &signer.salt);
                driver.use_salt(node, target, &signer.salt);
                let pending = Pending::Version { value, signer };
                (pending, Command::Get { number, key: target })
            }
            Request::Get { target, salt } => {
                driver.use_salt(node, target, &salt);
                (Pending::Get, Command::Get { number, key: target })
            }
            Request::Announce { info_hash, port } => {
                driver.use_port(node, info_hash, port);
                let pending = Pending::Store { target: info_hash, seq: None };
                (pending, Command::Provide { number, key: info_hash })
            }
            Request::FindPeers { info_hash } => {
                let command = Command::FindProviders { number, key: info_hash };
                (Pending::Peers { info_hash }, command)
            }
            Request::FindNode { target } => (Pending::Nodes, Command::FindNode { number, target }),
            Request::Ping { address } => {
                self.pending.insert(ticket, (node, Pending::Ping));
                driver.ping(node, address, ticket);
                return Ok(());
            }
        };
        self.pending.insert(ticket, (node, pending));
        self.driver.command(node, command);
        Ok(())
    }

    fn store(
        &mut self,
        node: usize,
        ticket: u64,
        item: Item,
        cas: Option<i64>,
    ) -> Result<(), String> {
        if !is_bencoded(&item.value) {
            return Err("the value is not bencoded".to_owned());
        }
        item.verify().map_err(said)?;
        let (target, seq) = (item.target(), item.seq());
        if let Some(signed) = &item.signed {
            self.driver.use_salt(node, target, &signed.salt);
        }
        self.pending.insert(ticket, (node, Pending::Store { target, seq }));
        let value = item.to_record(cas);
        self.driver.command(node, Command::Put { number: ticket, key: target, value });
        Ok(())
    }

    /// Waits until something is to be done, `longest` at most, does it, and gives what is to be
    /// told, in order.
    ///
    /// # Errors
    /// If the system cannot wait for sockets.
    pub fn turn(&mut self, longest: Duration) -> io::Result<Vec<Notice>> {
        if self.notices.is_empty() {
            self.driver.turn(longest)?;
            self.collect();
        }
        Ok(std::mem::take(&mut self.notices))
    }

    /// Tells all nodes to leave in good order.
    pub fn stop(&mut self) {
        (0..self.driver.nodes()).for_each(|node| self.driver.stop(node));
    }

    fn collect(&mut self) {
        loop {
            let events = self.driver.events();
            if events.is_empty() {
                return;
            }
            for (node, event) in events {
                match event {
                    Event::Ping(tag, contact) if tag & BOOTSTRAP != 0 => {
                        self.on_bootstrap(node, (tag & !BOOTSTRAP) as usize, contact);
                    }
                    Event::Ping(ticket, contact) => {
                        self.pending.remove(&ticket);
                        let silent = || Outcome::Failed("no answer".to_owned());
                        self.done(ticket, contact.map_or_else(silent, Outcome::Present));
                    }
                    Event::Report(_, report) => {
                        if let Report::Finished(finished) = *report {
                            self.on_finished(node, finished);
                        }
                    }
                }
            }
        }
    }

    /// A bootstrap address has answered, and the node joins through it; or it has not, and is asked
    /// again as long as the node has not joined.
    fn on_bootstrap(&mut self, node: usize, index: usize, contact: Option<Contact>) {
        match contact {
            Some(contact) => {
                let hosted = &mut self.hosted[node];
                if !hosted.introducers.contains(&contact) {
                    hosted.introducers.push(contact);
                }
                let contacts = hosted.introducers.clone();
                self.driver.command(node, Command::Join { contacts });
            }
            None if !self.driver.node(node).has_joined() => self.ping_bootstrap(node, index),
            None => {}
        }
    }

    fn on_finished(&mut self, node: usize, finished: Finished<Contact, Id>) {
        if finished.kind == OperationKind::Join {
            let hosted = &mut self.hosted[node];
            let alone = hosted.bootstrap.is_empty() && hosted.introducers.is_empty();
            if !hosted.told && (alone || !finished.closest.is_empty()) {
                hosted.told = true;
                let contacts = self.driver.node(node).table().len();
                self.notices.push(Notice::Joined { node, contacts });
            }
        }
        let Some(ticket) = finished.number else { return };
        let Some((_, pending)) = self.pending.remove(&ticket) else { return };
        let outcome = match pending {
            Pending::Store { target, seq } => stored(&finished, target, seq),
            Pending::Version { value, signer } => {
                let found = finished.value.as_ref().and_then(|value| item_of_record(value));
                let found = found.and_then(|(item, _)| item.seq());
                let seq = found.map_or(Some(1), |seq| seq.checked_add(1));
                let again =
                    seq.ok_or_else(|| "there is no higher seq".to_owned()).and_then(|seq| {
                        let signer = Some(Signer { seq: Some(seq), ..signer });
                        self.begin(node, ticket, Request::Put { value, signer })
                    });
                match again {
                    Ok(()) => return,
                    Err(error) => Outcome::Failed(error),
                }
            }
            Pending::Get => {
                let found = finished.value.as_ref().and_then(|value| item_of_record(value));
                found.map_or(Outcome::Failed("not found".to_owned()), |(item, _)| {
                    Outcome::Found(item)
                })
            }
            Pending::Peers { info_hash } => {
                let mut peers: Vec<_> =
                    finished.providers.iter().map(|peer| peer.address).collect();
                let now = self.driver.now();
                let own = self.driver.node(node).known_providers(info_hash, now);
                peers.extend(own.iter().map(|peer| peer.address));
                peers.sort_unstable();
                peers.dedup();
                Outcome::Peers(peers)
            }
            Pending::Nodes => Outcome::Nodes(finished.closest.to_vec()),
            Pending::Ping => return,
        };
        self.done(ticket, outcome);
    }

    fn done(&mut self, ticket: u64, outcome: Outcome) {
        self.notices.push(Notice::Done { ticket, outcome });
    }
}

fn said(code: ErrorCode) -> String {
    KrpcError::from(code).to_string()
}

fn stored(finished: &Finished<Contact, Id>, target: Id, seq: Option<i64>) -> Outcome {
    let copies = finished.copies;
    // Whoever did not have the item before takes any version of it: that is no success.
    let outdated = finished.refused.is_some_and(Bep44::is_outdated);
    let refused = finished.refused.map(|refusal| i64::from(refusal.0.get()));
    let code = refused.and_then(ErrorCode::from_number);
    match refused {
        Some(number) if copies == 0 || outdated => {
            let reason = code.unwrap_or(ErrorCode::Generic).message();
            let message = format!("refused with error {number}: {reason}; copies stored: {copies}");
            Outcome::Failed(message)
        }
        _ if copies > 0 => Outcome::Stored { target, copies, seq },
        _ => Outcome::Failed("no node has taken it".to_owned()),
    }
}
