//! Versions of a record that several nodes write: what tells which of two values is the newer.
//!
//! A version stands at the beginning of a value, behind a mark, so that the values of other records have none.

use crate::time::Instant;
use bytes::Bytes;

/// What a value with a version begins with.
const MARK: [u8; 8] = *b"version:";

/// When a value was written, and by whom: no two values of a record have the same, and all are in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// When its writer began to write it.
    pub written: Instant,
    /// Its writer's number.
    pub writer: u32,
    /// How many values its writer had written before.
    pub count: u32,
}

impl Version {
    /// Bytes of a value that carries nothing but its version.
    pub const BYTES: usize = MARK.len() + 16;

    /// A value of this version with so many bytes, of which those behind the version are zero.
    ///
    /// # Panics
    /// If the version has no room in them.
    pub fn value(self, bytes: usize) -> Bytes {
        let mut value = Vec::with_capacity(bytes);
        value.extend_from_slice(&MARK);
        value.extend_from_slice(&self.written.as_nanos().to_be_bytes());
        value.extend_from_slice(&self.writer.to_be_bytes());
        value.extend_from_slice(&self.count.to_be_bytes());
        assert!(value.len() <= bytes, "a version has {} bytes", Self::BYTES);
        value.resize(bytes, 0);
        Bytes::from(value)
    }

    /// The version of a value, if it has one.
    pub fn of(value: &[u8]) -> Option<Version> {
        let (written, rest) = value.strip_prefix(&MARK)?.split_first_chunk::<8>()?;
        let (writer, rest) = rest.split_first_chunk::<4>()?;
        let count = rest.first_chunk::<4>()?;
        Some(Version {
            written: Instant::from_nanos(u64::from_be_bytes(*written)),
            writer: u32::from_be_bytes(*writer),
            count: u32::from_be_bytes(*count),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_the_version_that_it_was_given() {
        let version = Version { written: Instant::from_nanos(1 << 40), writer: 7, count: 3 };
        for bytes in [Version::BYTES, 1_024] {
            let value = version.value(bytes);
            assert_eq!((value.len(), Version::of(&value)), (bytes, Some(version)));
        }
        let value = version.value(Version::BYTES);
        assert_eq!(Version::of(&value[..Version::BYTES - 1]), None);
        assert_eq!(Version::of(b"poison"), None);
        assert_eq!(Version::of(&[0; 100]), None);
    }

    #[test]
    fn versions_are_in_the_order_of_time_then_writer_then_count() {
        let of = |nanos, writer, count| {
            let written = Instant::from_nanos(nanos);
            Version { written, writer, count }
        };
        let versions = [of(1, 9, 9), of(2, 0, 9), of(2, 1, 0), of(2, 1, 1)];
        assert!(versions.is_sorted_by(|left, right| left < right));
    }
}
