//! Integration tests, one feature a file.

// Rules of the source tree.
mod tidy;
