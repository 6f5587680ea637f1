//! What the program tells of its doing on standard error, apart from results: `-v`, `-vv`, or
//! `RUST_LOG`.

use super::Misuse;
use std::io;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::time;

/// Arguments that say how much is told.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Args {
    /// Tell on standard error what is being done; twice: every window of a run too. RUST_LOG comes
    /// before it
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Logs")]
    pub verbose: u8,
}

/// Begins to tell what was asked for; nothing, unless it was.
///
/// # Errors
/// If `RUST_LOG` is not understood.
pub fn begin(args: Args) -> Result<(), Misuse> {
    let wanted = std::env::var("RUST_LOG").ok().filter(|text| !text.is_empty());
    let directives = match (wanted, args.verbose) {
        (Some(wanted), _) => wanted,
        (None, 0) => return Ok(()),
        (None, 1) => "kadsim=info".to_owned(),
        (None, _) => "kadsim=debug".to_owned(),
    };
    let filter = EnvFilter::try_new(&directives)
        .map_err(|error| Misuse::Log { given: directives, error: error.to_string() })?;
    let begun = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_timer(time::uptime())
        .with_writer(io::stderr)
        .try_init();
    // A second command in one process is told as the first.
    drop(begun);
    Ok(())
}
