//! What a person or a program reads after a run: a folder that explains itself, and a summary.

// The folder, whole or not at all.
mod folder;
// The figures as JSON.
mod json;
// The figures as a person reads them.
mod summary;
// Attacks and what they came to.
mod attacks;
// Records one by one.
mod records;
// What faults did.
mod faults;
// How good it is.
mod verdict;
// The figures of a graph.
mod graph;
// Tables and numbers as a person reads them.
pub mod table;
pub mod text;
// A file, whole or not at all.
pub mod file;
// The events of a run, for people and other programs.
pub mod trace;
// Captured packets as a file.
pub mod pcapng;
// The figures as a person sees them.
mod plots;

#[cfg(test)]
pub(crate) mod fabricated;

use crate::graph::export;
use crate::metrics::operation_log;
use crate::runner::result::{RunOutput, Transport};
use crate::scenario::PlotFormat;
use folder::Draft;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

pub use graph::graph_table;
pub use json::to_json;
pub use plots::{
    Cell, HeatMap, Lines, Overlay, OverlayLines, PlotError, Point, Range, Spread, SweepPlot,
    graph_charts, growth_chart, overlays, sweep_plot_svg, sweep_plots,
};
pub use summary::summary;

/// Why a report could not be written. Nothing of it is left behind then.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file or folder could not be written.
    #[error("cannot write {}: {cause}", path.display())]
    Write {
        /// What should have been written.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// A plot could not be drawn.
    #[error(transparent)]
    Plot(#[from] PlotError),
}

/// Tries whether the report of a run of this name and seed can be written below `parent`: better
/// told before a long run than after it.
///
/// # Errors
/// If it cannot.
pub fn try_folder(
    parent: &Path,
    name: &str,
    seed: u64,
    transport: Transport,
) -> Result<(), ReportError> {
    try_named_folder(parent, &folder::name(name, seed, transport))
}

/// The same for a folder of this name.
///
/// # Errors
/// If it cannot.
pub fn try_named_folder(parent: &Path, name: &str) -> Result<(), ReportError> {
    Draft::create(parent, name).map(drop)
}

/// Name of the folder of a sweep of the scenario of this name with this seed.
pub fn sweep_folder(name: &str, seed: u64) -> String {
    folder::name(name, seed, Transport::Simulated) + "-sweep"
}

/// Writes everything about `run` to the folder `NAME-SEED` below `parent`, or `NAME-SEED-udp` if it
/// ran on sockets, and gives its path. The folder appears complete or not at all; an earlier report there is replaced. A run that
/// was interrupted goes to one whose name ends with `-partial`, so that it replaces no complete one.
///
/// # Errors
/// If something cannot be written or drawn.
pub fn write(
    parent: &Path,
    run: &RunOutput,
    formats: &[PlotFormat],
) -> Result<PathBuf, ReportError> {
    let mut name = folder::name(&run.result.name, run.result.seed, run.result.transport);
    if run.result.partial {
        name.push_str("-partial");
    }
    let draft = Draft::create(parent, &name)?;
    write_file(&draft, "scenario.toml", |out| out.write_all(run.scenario_toml.as_bytes()))?;
    write_file(&draft, "result.json", |out| out.write_all(to_json(&run.result).as_bytes()))?;
    write_file(&draft, "performance.json", |out| {
        out.write_all(to_json(&run.performance).as_bytes())
    })?;
    write_file(&draft, "timeseries.csv", |out| run.series.write_csv(out))?;
    write_file(&draft, "operations.csv", |out| operation_log::write_csv(&run.operations, out))?;
    if run.result.records.log.total > 0 {
        write_file(&draft, "records.csv", |out| records::write_csv(run, out))?;
    }
    for snapshot in &run.snapshots {
        for &format in &snapshot.export {
            let name = format!("{}.{}", snapshot.name(), format.name());
            write_file(&draft, &name, |out| export::write(&snapshot.overlay, format, out))?;
        }
    }
    if !formats.is_empty() {
        let plots = draft.path().join("plots");
        fs::create_dir(&plots)
            .map_err(|cause| ReportError::Write { path: plots.clone(), cause })?;
        plots::draw_all(run, &plots, formats)?;
    }
    draft.publish()
}

/// Writes the folder at `place`, filled by `fill`: it appears complete or not at all. One that is there is
/// replaced, but for what its user has added to it.
///
/// # Errors
/// What `fill` says, or if the folder cannot be written.
pub fn write_folder(
    place: &Path,
    fill: impl FnOnce(&Path) -> Result<(), ReportError>,
) -> Result<PathBuf, ReportError> {
    let failed = |cause| ReportError::Write { path: place.to_path_buf(), cause };
    let absolute = std::path::absolute(place).map_err(failed)?;
    let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else {
        return Err(failed(io::Error::other("it is no folder that can be made")));
    };
    let draft = Draft::create(parent, &name.to_string_lossy())?;
    fill(draft.path())?;
    draft.publish()?;
    Ok(place.to_path_buf())
}

fn write_file(
    draft: &Draft,
    name: &str,
    content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), ReportError> {
    let path = draft.path().join(name);
    let write = || {
        let mut out = BufWriter::new(File::create(&path)?);
        content(&mut out)?;
        out.flush()
    };
    write().map_err(|cause| ReportError::Write { path: path.clone(), cause })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_complete_and_repeats_byte_by_byte() {
        let parent = tempfile::tempdir().expect("the system has room for a folder");
        let run = fabricated::run();
        let formats = [PlotFormat::Svg, PlotFormat::Png];
        let folder = write(parent.path(), &run, &formats).expect("everything can be written");
        assert_eq!(folder, parent.path().join("churn-kad-42"));
        let read = |name| fs::read(folder.join(name)).expect("the report has it");
        let first = ["scenario.toml", "result.json", "timeseries.csv", "operations.csv"].map(read);
        assert_eq!(fs::read_dir(folder.join("plots")).expect("plots").count(), 22);

        write(parent.path(), &fabricated::run(), &[]).expect("it is replaced");
        let read = |name| fs::read(folder.join(name)).expect("the report has it");
        let second = ["scenario.toml", "result.json", "timeseries.csv", "operations.csv"].map(read);
        assert_eq!(first, second);
        assert!(!folder.join("plots").exists(), "nothing of the earlier report stays");
        assert_eq!(fs::read_dir(parent.path()).expect("readable").count(), 1);
    }
}
