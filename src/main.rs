//! The program `kadsim`.

use std::process::ExitCode;

/// The tables of all nodes are thousands of small allocations each; this allocator asks the system
/// to lay them on huge pages, which [`kadsim::memory`] can forbid.
#[cfg(any(target_os = "linux", target_os = "macos", target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: kadsim::memory::magazine::Allocator = kadsim::memory::magazine::Allocator;

/// Elsewhere the standard library may have to allocate what belongs to a thread, so that an allocator
/// cannot keep anything there.
#[cfg(not(any(target_os = "linux", target_os = "macos", target_env = "msvc")))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    kadsim::cli::main()
}
