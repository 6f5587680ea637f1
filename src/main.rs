//! The program `kadsim`.

use std::process::ExitCode;

fn main() -> ExitCode {
    kadsim::cli::main()
}
