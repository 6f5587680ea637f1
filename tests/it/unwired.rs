//! Mutated datagrams at codec and node, without sockets: a case follows from its number.
//!
//! For more of them than a test run has time for:
//! `KADSIM_FUZZ_DATAGRAMS=1000..60000 cargo test --test it unwired`

use crate::trials::{self, SEPARATOR};
use kadsim::rng::{Purpose, Seed, Stream};
use rand::{Rng, RngExt};
use std::fs;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

/// Cases of an ordinary test run.
const CASES: Range<u64> = 0..400;

/// The cases that the user asks for, or those of an ordinary test run.
fn cases() -> Range<u64> {
    let Ok(text) = std::env::var("KADSIM_FUZZ_DATAGRAMS") else { return CASES };
    let bounds = text
        .split_once("..")
        .and_then(|(from, to)| Some(from.trim().parse().ok()?..to.trim().parse().ok()?));
    bounds.unwrap_or_else(|| panic!("KADSIM_FUZZ_DATAGRAMS is {text}, not a range such as 17..18"))
}

/// All files of a folder of the corpus.
fn corpus(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder);
    let entries = fs::read_dir(&folder).expect("the corpus is there");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("its files as well")).collect()
}

/// Where strings, with their lengths, begin and end: digits, a colon, and so many bytes.
fn strings(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let length =
            str::from_utf8(&bytes[at..at + digits]).ok().and_then(|text| text.parse().ok());
        let end = length.and_then(|length: usize| (at + digits + 1).checked_add(length));
        match end.filter(|&end| bytes.get(at + digits) == Some(&b':') && end <= bytes.len()) {
            Some(end) => {
                found.push(at..end);
                at = end;
            }
            None => at += digits.max(1),
        }
    }
    found
}

/// One change. Half of them know strings: one is said twice, left out, replaced by one of another
/// datagram, or given another length.
fn mutate(datagram: &mut Vec<u8>, other: &[u8], draws: &mut Stream) {
    if datagram.is_empty() {
        return datagram.extend_from_slice(other);
    }
    let at = draws.random_range(0..datagram.len());
    let (here, there) = (strings(datagram), strings(other));
    let kind = draws.random_range(0..10);
    if kind < 5 && !here.is_empty() && !there.is_empty() {
        let chosen = here[draws.random_range(0..here.len())].clone();
        let text = match kind {
            0 => Vec::new(),
            1 => datagram[chosen.clone()].repeat(2),
            2 => other[there[draws.random_range(0..there.len())].clone()].to_vec(),
            3 => {
                let length = [0, 1, 19, 20, 21, 26, 64, 65, 999, 65_536][draws.random_range(0..10)];
                let text = vec![b'x'; length];
                [length.to_string().as_bytes(), b":", &text].concat()
            }
            _ => format!("i{}e", draws.next_u64() as i64 >> draws.random_range(0..64)).into_bytes(),
        };
        drop(datagram.splice(chosen, text));
        return;
    }
    match kind {
        0 | 5 => datagram[at] ^= 1 << draws.random_range(0..8),
        1 | 6 => datagram[at] = draws.next_u32() as u8,
        2 | 7 => datagram.truncate(at),
        3 | 8 => {
            let from = draws.random_range(0..=other.len());
            datagram.truncate(at);
            datagram.extend_from_slice(&other[from..]);
        }
        _ => {
            let end = draws.random_range(at..=datagram.len());
            datagram.extend_from_within(at..end);
        }
    }
}

/// The sequence of this number: up to a dozen datagrams, most of them changed a little.
fn sequence(corpus: &[Vec<u8>], case: u64) -> Vec<u8> {
    let mut draws = Stream::new(Seed(case), Purpose::Test, 0xda_7a);
    let mut steps = Vec::new();
    for _ in 0..draws.random_range(1..=12) {
        let mut datagram = corpus[draws.random_range(0..corpus.len())].clone();
        for _ in 0..draws.random_range(0..4) {
            let other = &corpus[draws.random_range(0..corpus.len())];
            mutate(&mut datagram, other, &mut draws);
        }
        datagram.truncate(65_507);
        steps.push([&[draws.next_u32() as u8][..], &datagram].concat());
    }
    steps.join(SEPARATOR)
}

#[test]
fn mutated_sequences_do_no_harm() {
    let corpus = corpus("krpc");
    for case in cases() {
        let sequence = sequence(&corpus, case);
        let tried = catch_unwind(AssertUnwindSafe(|| {
            let datagrams = trials::steps(&sequence).into_iter().filter_map(|step| step.get(1..));
            datagrams.for_each(trials::codec);
            trials::node(&sequence);
        }));
        if let Err(panic) = tried {
            let next = case + 1;
            println!("{}", sequence.escape_ascii());
            println!(
                "repeat with KADSIM_FUZZ_DATAGRAMS={case}..{next} cargo test --test it unwired"
            );
            resume_unwind(panic);
        }
    }
}

/// What the sequences are made of gets as far as it should: all is as the clients sent it.
#[test]
fn recorded_datagrams_do_no_harm() {
    for datagram in corpus("krpc") {
        trials::codec(&datagram);
        trials::node(&[b"\x08", &datagram[..]].concat());
    }
}
