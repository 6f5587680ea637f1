//! The program `kadsim`.

use std::process::ExitCode;

/// The tables of all nodes are thousands of small allocations each; this allocator asks the system
/// to lay them on huge pages, which [`kadsim::memory`] can forbid.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    kadsim::cli::main()
}
