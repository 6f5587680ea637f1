//! The file that a user starts from.

/// A complete scenario with a comment on each key and its default, for `kadsim init`.
pub fn starter() -> &'static str {
    include_str!("starter.toml")
}
