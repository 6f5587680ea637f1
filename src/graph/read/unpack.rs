//! From a file to its text, within bounds: a small packed file can hold a text that fills the
//! memory.

use super::{ReadError, place_of};
use lzma_rust2::XzReader;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// Longer texts are not read: their graphs would have more edges than are allowed.
const MOST_BYTES: u64 = 512 << 20;

/// What an xz file may ask for, in KiB; the strongest preset of xz asks for 65 MiB.
const MOST_DICTIONARY: u32 = 256 << 10;

/// The text of a file, unpacked if its name ends in `.gz` or `.xz`.
pub fn text(path: &Path) -> Result<String, ReadError> {
    let file = File::open(path).map_err(|error| whole(format!("it cannot be read: {error}")))?;
    let file = BufReader::new(file);
    match path.extension().and_then(|ending| ending.to_str()) {
        Some(ending) if ending.eq_ignore_ascii_case("gz") => {
            within(flate2::bufread::MultiGzDecoder::new(file), MOST_BYTES, "unpacked as gzip")
        }
        Some(ending) if ending.eq_ignore_ascii_case("xz") => {
            within(xz_reader(file), MOST_BYTES, "unpacked as xz")
        }
        _ => within(file, MOST_BYTES, "read"),
    }
}

fn xz_reader<R: Read>(packed: R) -> XzReader<R> {
    XzReader::new_mem_limit(packed, true, MOST_DICTIONARY)
}

fn whole(message: String) -> ReadError {
    ReadError { line: None, column: None, message }
}

fn within(reader: impl Read, most: u64, done: &str) -> Result<String, ReadError> {
    let mut bytes = Vec::new();
    let result = reader.take(most + 1).read_to_end(&mut bytes);
    result.map_err(|error| whole(format!("it cannot be {done}: {error}")))?;
    if bytes.len() as u64 > most {
        let message = format!("its text is longer than {} MiB, the most that is read", most >> 20);
        return Err(whole(message));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let (line, column) = place_of(error.as_bytes(), at);
        let message = format!(
            "the byte {:#04x} is not UTF-8: a text in UTF-8 is expected",
            error.as_bytes()[at]
        );
        ReadError { line: Some(line), column: Some(column), message }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Seed, Stream};
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use lzma_rust2::{XzOptions, XzWriter};
    use rand::RngExt;
    use std::io::Write;

    fn gz(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn xz(text: &[u8]) -> Vec<u8> {
        let mut writer = XzWriter::new(Vec::new(), XzOptions::with_preset(6)).unwrap();
        writer.write_all(text).unwrap();
        writer.finish().unwrap()
    }

    fn stored(name: &str, bytes: &[u8]) -> Result<String, ReadError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        text(&path)
    }

    #[test]
    fn a_text_is_the_same_however_it_is_packed() {
        let text = "0 1\n1 2\n".repeat(1_000);
        let (one, two) = text.as_bytes().split_at(80);
        for (name, bytes) in [
            ("g.edges", text.clone().into_bytes()),
            ("g.edges.gz", gz(text.as_bytes())),
            ("g.edges.XZ", xz(text.as_bytes())),
            ("two.gz", [gz(one), gz(two)].concat()),
            ("two.xz", [xz(one), xz(two)].concat()),
        ] {
            assert_eq!(stored(name, &bytes).as_ref(), Ok(&text), "{name}");
        }
    }

    #[test]
    fn what_is_not_packed_or_no_text_is_said() {
        let said = |name, bytes| stored(name, bytes).unwrap_err().to_string();
        assert!(said("g.gz", b"graph [ ]").starts_with("it cannot be unpacked as gzip: "));
        assert!(said("g.xz", b"graph [ ]").starts_with("it cannot be unpacked as xz: "));
        let cut = xz(b"0 1\n1 2\n");
        assert!(said("g.xz", &cut[..cut.len() - 20]).starts_with("it cannot be unpacked as xz"));
        assert_eq!(
            said("g.gml", b"a\n\xc3\xa9 b\xe9"),
            "line 2, column 4: the byte 0xe9 is not UTF-8: a text in UTF-8 is expected"
        );
        let nothing = text(Path::new("no such file")).unwrap_err().to_string();
        assert!(nothing.starts_with("it cannot be read: "), "{nothing}");
    }

    /// A megabyte of zeros packs to a kilobyte; what counts is what comes out.
    #[test]
    fn a_text_that_is_too_long_is_not_read_to_its_end() {
        let zeros = vec![b'0'; 1 << 20];
        let most = 1 << 20;
        for packed in [gz(&zeros), xz(&zeros)] {
            assert!(packed.len() < 2_000);
        }
        let reader = || flate2::bufread::MultiGzDecoder::new(&*Box::leak(gz(&zeros).into()));
        assert_eq!(within(reader(), most, "read").map(|text| text.len()), Ok(1 << 20));
        let error = within(reader(), most - 1, "read").unwrap_err().to_string();
        assert_eq!(error, "its text is longer than 0 MiB, the most that is read");
    }

    /// A header that asks for a dictionary of 1.5 GiB, which four bytes do.
    #[test]
    fn a_dictionary_that_is_too_large_is_refused() {
        let mut packed = xz(b"0 1\n");
        // The header of the first block begins after the 12 bytes of the stream's; its filter's
        // properties are its fifth byte, its checksum the last four of its twelve.
        packed[16] = 37;
        let checksum = crc32(&packed[12..20]);
        packed[20..24].copy_from_slice(&checksum.to_le_bytes());
        let error = stored("g.xz", &packed).unwrap_err().to_string();
        assert!(error.contains("memory"), "{error}");
    }

    /// 1,000 mutations of each kind of packing: a text or an error, never a panic.
    #[test]
    fn mutated_packing_gives_texts_and_errors() {
        let text = "0 1 10\n1 2 20\n".repeat(50);
        for (packed, ending) in [(gz(text.as_bytes()), "gz"), (xz(text.as_bytes()), "xz")] {
            let mut errors = 0;
            for index in 0..1_000 {
                let mut stream = Stream::new(Seed(12), Purpose::Test, index);
                let mut bytes = packed.clone();
                for _ in 0..stream.random_range(1..4u32) {
                    let place = stream.random_range(0..bytes.len() as u64) as usize;
                    match stream.random_range(0..3u32) {
                        0 => bytes[place] = stream.random(),
                        1 => bytes.truncate(place.max(1)),
                        _ => bytes.insert(place, stream.random()),
                    }
                }
                let result = match ending {
                    "gz" => within(flate2::bufread::MultiGzDecoder::new(&*bytes), 1 << 20, "read"),
                    _ => within(xz_reader(&*bytes), 1 << 20, "read"),
                };
                errors += u32::from(result.is_err());
            }
            assert!(errors > 500, "{ending}: {errors} errors");
        }
    }

    fn crc32(bytes: &[u8]) -> u32 {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        crc.sum()
    }
}
