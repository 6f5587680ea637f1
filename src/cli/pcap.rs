//! `kadsim run --pcap FILE`: the packets of a run in a capture file.

use super::Misuse;
use super::nodes::{Ranges, beyond, ranges};
use crate::report::ReportError;
use crate::report::pcapng::Capture;
use crate::runner::Observed;
use crate::runner::capture::{self, Filter};
use crate::scenario::Scenario;
use crate::time::Instant;
use crate::units::Length;
use std::path::PathBuf;

/// Arguments that say what is captured.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Write the packets, as nodes of BitTorrent's DHT would send them, to a pcapng file
    #[arg(long, value_name = "FILE")]
    pub pcap: Option<PathBuf>,
    /// Only packets from or to these nodes, such as 0,7,100..120 (the last not included)
    #[arg(long, value_name = "NODES", requires = "pcap", value_parser = ranges)]
    pub pcap_nodes: Option<Ranges>,
    /// Only packets sent from this virtual time on, such as 90s
    #[arg(long, value_name = "TIME", requires = "pcap")]
    pub pcap_from: Option<Length>,
    /// Only packets sent before this virtual time
    #[arg(long, value_name = "TIME", requires = "pcap")]
    pub pcap_until: Option<Length>,
}

/// A capture under way.
pub(super) struct Pcap {
    pub(super) filter: Filter,
    file: Capture,
    failed: Option<ReportError>,
}

impl Pcap {
    /// Begins what the arguments ask for, if they ask for anything.
    ///
    /// # Errors
    /// If the scenario has no such nodes or times, or packets that no datagram can carry, or if the
    /// file cannot be written.
    pub(super) fn begin(args: &Args, scenario: &Scenario) -> Result<Option<Self>, Misuse> {
        let Some(path) = &args.pcap else { return Ok(None) };
        let count = scenario.nodes.count;
        if let Some(last) = beyond(args.pcap_nodes.as_ref(), count) {
            return Err(Misuse::PcapNodes { last, count });
        }
        let nodes = args.pcap_nodes.clone().map(|Ranges(ranges)| ranges);
        let end = scenario.phases.end();
        let at = |time: Option<Length>| time.map(|Length(time)| Instant::ZERO + time);
        let (from, until) = (at(args.pcap_from), at(args.pcap_until));
        let from = from.unwrap_or(Instant::ZERO);
        if from >= until.unwrap_or(end).min(end) {
            return Err(Misuse::PcapTimes { end });
        }
        if let Some(bytes) = capture::too_large(scenario) {
            return Err(Misuse::PcapRecords { bytes, most: capture::MOST_RECORD_BYTES });
        }
        let filter = Filter { nodes, from, until: until.unwrap_or(Instant::FAR_FUTURE) };
        let file = Capture::create(path).map_err(Misuse::Pcap)?;
        Ok(Some(Pcap { filter, file, failed: None }))
    }

    /// Writes what was captured; says whether that went well.
    pub(super) fn write(&mut self, observed: &[Observed]) -> bool {
        let mut written = observed.iter().map(|observed| match observed {
            Observed::Datagram(datagram) => self.file.add(datagram),
            Observed::Event(_) => Ok(()),
        });
        self.failed = written.find_map(Result::err);
        self.failed.is_none()
    }

    /// Completes the file; gives the number of packets in it.
    ///
    /// # Errors
    /// What could not be written.
    pub(super) fn finish(self) -> Result<u64, ReportError> {
        let packets = self.file.packets();
        match self.failed {
            Some(error) => Err(error),
            None => self.file.finish().map(|()| packets),
        }
    }
}
