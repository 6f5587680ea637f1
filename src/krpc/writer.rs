//! Bencode (BEP 3) written in place. Reading, where anything may come, is left to a crate; what
//! is written here has one thing that its encoder cannot do: take a value over byte for byte, as
//! signatures need it.

/// A dictionary that is being written. Keys must come in order.
pub(super) struct Dict<'a> {
    out: &'a mut Vec<u8>,
    last: &'static str,
}

impl<'a> Dict<'a> {
    /// Writes a dictionary whose entries `fill` writes.
    pub(super) fn write(out: &'a mut Vec<u8>, fill: impl FnOnce(&mut Dict)) {
        out.push(b'd');
        let mut dict = Dict { out, last: "" };
        fill(&mut dict);
        dict.out.push(b'e');
    }

    /// # Panics
    /// If keys are out of order, which depends on the code only: each dictionary's keys are
    /// written by one function and known to the compiler.
    fn key(&mut self, key: &'static str) {
        assert!(self.last < key, "{key:?} comes before {:?}", self.last);
        self.last = key;
        bytes(self.out, key.as_bytes());
    }

    pub(super) fn bytes(&mut self, key: &'static str, value: &[u8]) {
        self.key(key);
        bytes(self.out, value);
    }

    pub(super) fn integer(&mut self, key: &'static str, value: i64) {
        self.key(key);
        integer(self.out, value);
    }

    /// A value that is bencoded already.
    pub(super) fn raw(&mut self, key: &'static str, value: &[u8]) {
        self.key(key);
        self.out.extend_from_slice(value);
    }

    pub(super) fn dict(&mut self, key: &'static str, fill: impl FnOnce(&mut Dict)) {
        self.key(key);
        Dict::write(self.out, fill);
    }

    /// A list, of which `fill` writes what is between its ends.
    pub(super) fn list(&mut self, key: &'static str, fill: impl FnOnce(&mut Vec<u8>)) {
        self.key(key);
        self.out.push(b'l');
        fill(self.out);
        self.out.push(b'e');
    }
}

pub(super) fn bytes(out: &mut Vec<u8>, value: &[u8]) {
    out.extend_from_slice(value.len().to_string().as_bytes());
    out.push(b':');
    out.extend_from_slice(value);
}

pub(super) fn integer(out: &mut Vec<u8>, value: i64) {
    out.push(b'i');
    out.extend_from_slice(value.to_string().as_bytes());
    out.push(b'e');
}
