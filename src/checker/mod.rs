//! The only place that sees more than one node: it knows the truth that no node can know, reads
//! only, and nothing that it knows flows back.
//!
//! - [`KeyRing`]: which nodes are online, and the true k closest to a key among them.
//! - [`Holders`]: which records are alive anywhere, and the [`RecordLife`] of each.
//! - [`Offers`]: which services could be found when, and what searches should have found.
//! - [`Exchanges`]: which blocks were exchanged, and on whose credit.
//! - [`registers`]: which reads of shared registers no order of their writes explains.
//! - [`Overlay`]: the graph of all routing tables.

mod blocks;
mod holders;
mod key_ring;
mod overlay;
mod record_life;
pub mod registers;
mod services;

pub use blocks::{ExchangeChecks, Exchanges};
pub use holders::Holders;
pub use key_ring::KeyRing;
pub use overlay::{Connectivity, Overlay};
pub use record_life::{AtAge, Publication, RecordLife};
pub use services::{Offer, Offers, SearchChecks, Searched};
