//! Datagrams whose keys are out of order, put in order before they are read.
//!
//! BEP 3 wants keys in order and the decoder takes nothing else, but programs that write datagrams
//! by hand send `y` before `q` before `a`, and most clients answer them. No signature covers a
//! datagram: those of BEP 44 are over the value `v`, which is moved here and never changed.

/// Entries of a dictionary beyond which it is not put in order. KRPC knows 22 keys.
const MOST_ENTRIES: usize = 64;
/// Digits of the longest length that fits into a datagram.
const MOST_DIGITS: usize = 5;
/// The dictionaries within a datagram that are put in order as well: arguments and response.
const INNER: [&[u8]; 2] = [b"a", b"r"];

/// The datagram with the keys of its outermost dictionary, of `a` and of `r` in order; everything
/// else is moved as it is, and not checked. `None` if these are no dictionaries that can be told
/// apart, or have over 64 entries.
pub(super) fn in_order(datagram: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(datagram.len());
    sort(datagram, &INNER, &mut out)?;
    Some(out)
}

/// Writes what is one dictionary and nothing more in order; under the keys `inner` it has others.
fn sort(dict: &[u8], inner: &[&[u8]], out: &mut Vec<u8>) -> Option<()> {
    let mut rest = dict.strip_prefix(b"d")?.strip_suffix(b"e")?;
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let (key, after) = rest.split_at_checked(string_length(rest)?)?;
        let (value, after) = after.split_at_checked(value_length(after)?)?;
        let name = &key[key.iter().position(|&byte| byte == b':')? + 1..];
        entries.push((name, key, value));
        if entries.len() > MOST_ENTRIES {
            return None;
        }
        rest = after;
    }
    entries.sort_by_key(|&(name, ..)| name);
    out.push(b'd');
    for (name, key, value) in entries {
        out.extend_from_slice(key);
        if inner.contains(&name) && value.starts_with(b"d") {
            sort(value, &[], out)?;
        } else {
            out.extend_from_slice(value);
        }
    }
    out.push(b'e');
    Some(())
}

/// Bytes of the value at the beginning, whatever it holds and however deep that is.
fn value_length(bytes: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        let rest = bytes.get(at..)?;
        at += match rest.first()? {
            b'd' | b'l' => {
                depth += 1;
                1
            }
            b'e' => {
                depth = depth.checked_sub(1)?;
                1
            }
            b'i' => rest.iter().position(|&byte| byte == b'e')? + 1,
            _ => string_length(rest)?,
        };
        if depth == 0 {
            return (at <= bytes.len()).then_some(at);
        }
    }
}

/// Bytes of the string at the beginning, its length included.
fn string_length(bytes: &[u8]) -> Option<usize> {
    let digits = bytes.iter().take(MOST_DIGITS + 1).position(|&byte| byte == b':')?;
    let text = bytes[..digits].iter().all(u8::is_ascii_digit).then_some(&bytes[..digits])?;
    let length: usize = str::from_utf8(text).ok()?.parse().ok()?;
    Some(digits + 1 + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(text: &str) -> Option<String> {
        in_order(text.as_bytes()).map(|bytes| bytes.escape_ascii().to_string())
    }

    #[test]
    fn three_dictionaries_are_put_in_order_and_nothing_else() {
        let told = |text: &str, expected: &str| {
            assert_eq!(ordered(text).as_deref(), Some(expected), "{text}");
        };
        told("de", "de");
        told("d1:y1:q1:ad6:target2:ab2:id1:xee", "d1:ad2:id1:x6:target2:abe1:y1:qe");
        told("d1:y1:r1:rd2:bbi5e2:aaleee", "d1:rd2:aale2:bbi5ee1:y1:re");
        // What is further in, and other dictionaries, are values.
        told("d1:rd1:vd1:bi1e1:ai2eeee", "d1:rd1:vd1:bi1e1:ai2eeee");
        told("d2:yyd1:b0:1:a0:e2:xx0:e", "d2:xx0:2:yyd1:b0:1:a0:ee");
        // Keys are compared by what they say and not by how long they are.
        told("d1:b0:2:aa0:e", "d2:aa0:1:b0:e");
    }

    #[test]
    fn what_cannot_be_told_apart_is_left_alone() {
        for text in [
            "",
            "d",
            "e",
            "le",
            "d1:a",
            "d1:ae",
            "d1:a1e",
            "d1:a5:abe",
            "di5e1:ae",
            "d1:ai5ee1:b",
            "d+1:a0:e",
            "d1:a000001:xe",
            "d:0:e",
            "d1:alelee",
            "d1:ad1:be1:c0:e",
            "d1:aee",
        ] {
            assert_eq!(ordered(text), None, "{text}");
        }
        let entries = |count: usize| {
            let entries: String = (0..count).map(|number| format!("2:{number:02}0:")).collect();
            ordered(&format!("d{entries}e"))
        };
        assert!(entries(64).is_some() && entries(65).is_none());
        let deep = [b"d1:a".to_vec(), b"l".repeat(60_000), b"e".repeat(60_001)].concat();
        assert_eq!(in_order(&deep).as_ref(), Some(&deep), "it is for the decoder to refuse");
    }
}
