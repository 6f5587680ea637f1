//! Where records lie.

use crate::kademlia::key::Key64;
use crate::krpc::item::{Item, bencoded_string};
use crate::workload::records::Records;

/// What the key of a record is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RecordKeys {
    /// Its identity, which is drawn.
    #[default]
    Drawn,
    /// The hash of its content, as of an immutable item of BEP 44: so it has to be on sockets, and
    /// in a run that is to be compared with one on sockets.
    OfContent,
}

impl RecordKeys {
    /// The key of the record of this number.
    pub(super) fn of(self, records: &Records, number: u64) -> Key64 {
        match self {
            RecordKeys::Drawn => Key64(records.id(number)),
            RecordKeys::OfContent => item(&records.value(number)).target().beginning(),
        }
    }
}

/// The item with this content.
pub(super) fn item(content: &[u8]) -> Item {
    Item::immutable(bencoded_string(content))
}
