//! Keys and contacts of hosted nodes in a file (JSON), for the next start.

use super::contact::Contact;
use super::driver::Driver;
use crate::kademlia::key::WideKey;
use crate::krpc::Id;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What is kept of all nodes.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// One entry a node, in their order.
    pub nodes: Vec<NodeState>,
}

/// What is kept of a node.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NodeState {
    /// Its own id.
    key: String,
    /// Its routing table, bucket after bucket; while it has not joined, also those that it joins
    /// through, so that a start without a network loses none.
    contacts: Vec<ContactState>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ContactState {
    key: String,
    address: SocketAddr,
}

/// Why a state file is of no use.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// It cannot be read or written.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// It is no state file.
    #[error("{}: {cause}: a state file is one that kadsim has written; remove it to start anew", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        cause: String,
    },
}

/// An id written as 40 hexadecimal digits.
///
/// # Errors
/// A message if it is none.
pub fn parse_id(text: &str) -> Result<Id, String> {
    let mut bytes = [0; 20];
    hex::decode_to_slice(text, &mut bytes)
        .map_err(|_| format!("{text:?} is no key: give 40 hexadecimal digits"))?;
    Ok(WideKey(bytes))
}

/// An id as 40 hexadecimal digits.
pub fn id_text(id: Id) -> String {
    hex::encode(id.0)
}

impl State {
    /// The state of all nodes of a driver.
    pub fn of(driver: &Driver) -> Self {
        let node = |number| {
            let node = driver.node(number);
            let introducers = if node.has_joined() { &[][..] } else { node.introducers() };
            let others = introducers.iter().filter(|known| node.table().find(**known).is_none());
            let contacts = node.table().contacts().chain(others.copied());
            NodeState {
                key: id_text(driver.me(number).id),
                contacts: contacts.map(ContactState::of).collect(),
            }
        };
        State { nodes: (0..driver.nodes()).map(node).collect() }
    }

    /// Reads a state file; `None` if there is none.
    ///
    /// # Errors
    /// If it cannot be read, or is none.
    pub fn load(path: &Path) -> Result<Option<Self>, StateError> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(StateError::Io { path: path.to_owned(), cause }),
        };
        let wrong = |cause| StateError::Content { path: path.to_owned(), cause };
        let state: State =
            serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
        for node in &state.nodes {
            let contacts = node.contacts.iter().map(|contact| &contact.key);
            for key in contacts.chain([&node.key]) {
                parse_id(key).map_err(wrong)?;
            }
        }
        Ok(Some(state))
    }

    /// Writes a state file: whoever reads it meanwhile, and whatever happens, it is the old one or
    /// the new one.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), StateError> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.new", std::process::id()));
        let temporary = path.with_file_name(name);
        let write = || -> io::Result<()> {
            let mut file = File::create(&temporary)?;
            file.write_all(&serde_json::to_vec_pretty(self)?)?;
            file.sync_all()?;
            fs::rename(&temporary, path)
        };
        write().map_err(|cause| {
            // What is left of the attempt is of no use; that it may be left is not the error.
            let _ = fs::remove_file(&temporary);
            StateError::Io { path: path.to_owned(), cause }
        })
    }
}

impl NodeState {
    /// The node's own id.
    pub fn id(&self) -> Id {
        parse_id(&self.key).expect("checked when it was read, or written from an id")
    }

    /// The contacts that it had.
    pub fn contacts(&self) -> Vec<Contact> {
        let id = |key: &str| parse_id(key).expect("checked when it was read");
        let contact = |known: &ContactState| Contact::new(id(&known.key), known.address);
        self.contacts.iter().map(contact).collect()
    }
}

impl ContactState {
    fn of(contact: Contact) -> Self {
        ContactState { key: id_text(contact.id), address: contact.address }
    }
}
