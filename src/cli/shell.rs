//! `kadsim completions SHELL` and `kadsim man`: what shells and `man` know of the program.

use super::{Arguments, Misuse};
use clap::CommandFactory;
use clap_mangen::Man;
use std::io::Write;
use std::path::PathBuf;

/// Arguments of `kadsim completions`.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct CompletionsArgs {
    /// Shell whose language is written
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Arguments of `kadsim man`.
#[derive(Clone, Debug, clap::Args)]
pub struct ManArgs {
    /// Folder for this page and one of each command, instead of standard output for this one
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Prints the completions.
///
/// # Errors
/// If they cannot be printed.
pub fn completions(args: CompletionsArgs) -> anyhow::Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Arguments::command(), "kadsim", &mut text);
    std::io::stdout().lock().write_all(&text)?;
    Ok(())
}

/// Prints the page of the program, or writes all pages.
///
/// # Errors
/// [`Misuse`] if the folder cannot be made; otherwise what could not be written.
pub fn man(args: &ManArgs) -> anyhow::Result<()> {
    let Some(folder) = &args.out else {
        let mut page = Vec::new();
        Man::new(Arguments::command()).render(&mut page)?;
        std::io::stdout().lock().write_all(&page)?;
        return Ok(());
    };
    let misuse = |cause| Misuse::Folder { path: folder.clone(), cause };
    std::fs::create_dir_all(folder).map_err(misuse)?;
    clap_mangen::generate_to(Arguments::command(), folder)?;
    Ok(())
}
