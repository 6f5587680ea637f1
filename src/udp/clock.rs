//! The wall clock, as the nodes see it: nanoseconds since the process began to host them.

use crate::time::{Duration, Instant};

/// A clock that never runs backwards.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    began: std::time::Instant,
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock {
    /// A clock that shows zero now.
    #[expect(clippy::disallowed_methods, reason = "nodes on real sockets live in real time")]
    pub fn new() -> Self {
        Clock { began: std::time::Instant::now() }
    }

    /// The present.
    pub fn now(&self) -> Instant {
        let nanos = u64::try_from(self.began.elapsed().as_nanos());
        Instant::from_nanos(nanos.expect("584 years have not passed"))
    }
}

/// A length of time as the operating system takes it.
pub fn system(length: Duration) -> std::time::Duration {
    std::time::Duration::from_nanos(length.as_nanos())
}
