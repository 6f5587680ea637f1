//! Integration tests, one feature a file.

// Known figures, measured again.
mod fidelity;
// Rules of the source tree.
mod tidy;
