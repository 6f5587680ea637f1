//! A run and what comes out of it.

// The figures of operations and messages, from what was counted.
pub mod figures;
// Everything that a run leaves behind.
pub mod result;
