//! `kadsim report DIR`: a folder of results as one HTML page.

use super::Misuse;
use crate::page::{self, PageError};
use std::io::Write;
use std::path::PathBuf;

/// Arguments of `kadsim report`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Folder that kadsim run, kadsim sweep or kadsim suite has written
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Where to write the page [default: report.html in the folder]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Do not print where the page is
    #[arg(long)]
    pub quiet: bool,
}

/// Makes the page and tells where it is.
///
/// # Errors
/// [`Misuse`] if the folder holds no results; otherwise what could not be read or written.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let page = page::page(&args.folder).map_err(|error| match error {
        PageError::NoResults(_) | PageError::Unfinished(_) | PageError::Damaged { .. } => {
            Misuse::Page(error).into()
        }
        other => anyhow::Error::from(other),
    })?;
    if let Some(version) = &page.other_version {
        // With standard error gone there is nobody left to tell.
        let _ = writeln!(
            std::io::stderr(),
            "note: {} was written by kadsim {version}, not {}: the page shows what both know",
            args.folder.display(),
            env!("CARGO_PKG_VERSION")
        );
    }
    let place = args.out.clone().unwrap_or_else(|| args.folder.join(page::NAME));
    page::write(&page, &place)?;
    if !args.quiet {
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "Written to {}", place.display())?;
        stdout.flush()?;
    }
    Ok(())
}
