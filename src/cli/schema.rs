//! `kadsim schema`: the form of a scenario file, for editors and other programs.

use crate::scenario;
use std::io::Write;

/// Prints the JSON Schema of a scenario.
///
/// # Errors
/// If it cannot be printed.
pub fn run() -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut stdout, &scenario::schema())?;
    writeln!(stdout)?;
    Ok(())
}
