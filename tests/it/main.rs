//! Integration tests, one feature a file.

// What the documentation says.
mod docs;
// Rules of the source tree.
mod tidy;
