//! When a check finds a difference, and when it does not.
