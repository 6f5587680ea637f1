//! What the fuzzers try: what kadsim's own tests try with fewer cases.

#[path = "../../tests/it/trials.rs"]
pub mod trials;
