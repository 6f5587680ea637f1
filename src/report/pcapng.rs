//! A capture file (pcapng, draft-ietf-opsawg-pcapng) of the datagrams of a run, which Wireshark and
//! its like read.

use super::ReportError;
use super::file::FileDraft;
use crate::runner::capture::Datagram;
use etherparse::PacketBuilder;
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketBlock;
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::{DataLink, Endianness, PcapError};
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Routers that a datagram may pass (RFC 1700).
const TIME_TO_LIVE: u8 = 64;
/// Timestamps count units of 10 to the minus this: nanoseconds.
const RESOLUTION: u8 = 9;

/// A capture file that is being written. It appears under its name when it is finished; dropped
/// before, it leaves nothing.
pub struct Capture {
    draft: FileDraft,
    writer: Option<PcapNgWriter<BufWriter<File>>>,
    packets: u64,
}

impl Capture {
    /// Begins a capture file at `place`.
    ///
    /// # Errors
    /// If nothing can be written there, or what is there is no plain file: a device or a pipe would be
    /// replaced.
    pub fn create(place: &Path) -> Result<Self, ReportError> {
        let failed = |cause| ReportError::Write { path: place.to_path_buf(), cause };
        let (draft, file) = FileDraft::create(place)?;
        let begun = || {
            let file = BufWriter::new(file);
            let mut writer = PcapNgWriter::with_endianness(file, Endianness::Little)?;
            writer.write_pcapng_block(InterfaceDescriptionBlock {
                linktype: DataLink::RAW,
                snaplen: 0,
                options: vec![
                    InterfaceDescriptionOption::IfName(Cow::Borrowed("kadsim")),
                    InterfaceDescriptionOption::IfTsResol(RESOLUTION),
                ],
            })?;
            Ok(writer)
        };
        let writer = begun().map_err(|error| failed(cause(error)))?;
        Ok(Capture { draft, writer: Some(writer), packets: 0 })
    }

    /// Adds a datagram, with the headers of IPv4 and UDP. Its timestamp is its virtual time, counted
    /// from the beginning of 1970.
    ///
    /// # Errors
    /// If it cannot be written.
    ///
    /// # Panics
    /// If the payload is larger than a datagram can be.
    pub fn add(&mut self, datagram: &Datagram) -> Result<(), ReportError> {
        let Datagram { sent, from, to, payload } = datagram;
        let headers = PacketBuilder::ipv4(from.ip().octets(), to.ip().octets(), TIME_TO_LIVE)
            .udp(from.port(), to.port());
        let mut data = Vec::with_capacity(headers.size(payload.len()));
        headers.write(&mut data, payload).expect("records fit datagrams: that is checked before");
        let block = EnhancedPacketBlock {
            interface_id: 0,
            timestamp: std::time::Duration::from_nanos(sent.as_nanos()),
            original_len: data.len() as u32,
            data: Cow::Owned(data),
            options: Vec::new(),
        };
        self.packets += 1;
        let writer = self.writer.as_mut().expect("it is open until it is finished");
        let written = writer.write_pcapng_block(block).map(drop);
        written.map_err(|error| self.failed(cause(error)))
    }

    /// Packets added so far.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// Completes the file and gives it its name. One that was there is replaced.
    ///
    /// # Errors
    /// If it cannot be written or renamed.
    pub fn finish(mut self) -> Result<(), ReportError> {
        let writer = self.writer.take().expect("it is open until it is finished");
        writer.into_inner().flush().map_err(|error| self.failed(error))?;
        self.draft.publish()
    }

    fn failed(&self, cause: io::Error) -> ReportError {
        self.draft.failed(cause)
    }
}

fn cause(error: PcapError) -> io::Error {
    match error {
        PcapError::IoError(cause) => cause,
        other => io::Error::other(other),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::net::UnixListener;

    #[test]
    fn what_is_no_plain_file_is_not_replaced() {
        let folder = tempfile::tempdir().expect("the system has room");
        let place = folder.path().join("socket");
        let _socket = UnixListener::bind(&place).expect("it can be made");
        let error = Capture::create(&place).err().expect("it is refused").to_string();
        assert!(error.contains("no plain file"), "{error}");
        assert!(Capture::create(folder.path()).is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 1);
    }
}
