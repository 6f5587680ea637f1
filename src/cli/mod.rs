//! The command line: one file per subcommand.

// kadsim check: is a scenario sound, and what is it in full.
pub mod check;
// kadsim init: a scenario to start from.
pub mod init;
// What a user did wrong, apart from the scenario itself.
mod misuse;

pub use misuse::Misuse;
