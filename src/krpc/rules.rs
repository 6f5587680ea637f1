//! BEP 44 as rules for `kademlia`'s records: a record's value is what [`Item::to_record`] makes.
//!
//! [`Item::to_record`]: super::item::Item::to_record

use super::Id;
use super::decode::item_of_record;
use super::packet::ErrorCode;
use crate::kademlia::params::Conflicts;
use crate::kademlia::rules::{Refusal, Rules, Standing};
use bytes::Bytes;
use std::num::NonZeroU16;

/// An immutable item lies under the hash of its value; a mutable one under that of its key and
/// salt, is signed, and gives way to newer versions only.
#[derive(Clone, Copy, Debug)]
pub struct Bep44;

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Refusal(NonZeroU16::new(code.number()).expect("codes begin at 201"))
    }
}

impl Rules<Id> for Bep44 {
    fn accept<'a>(
        key: Id,
        held: impl FnOnce() -> Option<&'a Bytes>,
        offered: Bytes,
        _: Conflicts,
    ) -> Result<Bytes, Refusal> {
        let held = held();
        if held == Some(&offered) {
            // The same again: it was found right before, and an immutable item or one without
            // `cas` has no more conditions.
            return Ok(offered);
        }
        let (item, cas) = item_of_record(&offered).ok_or(ErrorCode::Protocol)?;
        item.verify()?;
        if item.target() != key {
            return Err(ErrorCode::Protocol.into());
        }
        if let (Some(seq), Some((held, _))) =
            (item.seq(), held.and_then(|held| item_of_record(held)))
            && let Some(held_seq) = held.seq()
        {
            if cas.is_some_and(|cas| cas != held_seq) {
                return Err(ErrorCode::CasMismatch.into());
            }
            if seq < held_seq || seq == held_seq && item.value != held.value {
                return Err(ErrorCode::SeqTooLow.into());
            }
        }
        Ok(item.to_record(None))
    }

    fn standing(record: &Bytes, _: Conflicts) -> Standing {
        match item_of_record(record).is_none_or(|(item, _)| item.signed.is_none()) {
            true => Standing::Final,
            false => Standing::Open,
        }
    }

    fn is_outdated(Refusal(number): Refusal) -> bool {
        [ErrorCode::CasMismatch, ErrorCode::SeqTooLow]
            .map(ErrorCode::number)
            .contains(&number.get())
    }
}
