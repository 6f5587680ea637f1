//! Requests that wait for their responses.

use super::maintenance::Maintenance;
use crate::memory;
use crate::time::{Duration, Instant};

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A step of the lookup of this operation.
    Lookup(u32),
    /// One of the copies that this operation stores.
    Store(u32),
    /// Whether the least recently seen contact of a full bucket is still there.
    Probe,
    /// Whether a node that is not in the table can be reached, and who it is.
    Verify,
    /// A copy that no operation waits for: replication.
    Copy,
    /// A found value that is left on the way to it, for which nobody waits either.
    Cache,
    /// What the application asks under this number.
    Talk(u32),
}

/// How a request gets to who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Over a connection that is open, or where none is needed.
    Open,
    /// A connection has to be opened first.
    Dial,
}

/// A request under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<P> {
    pub(super) number: u32,
    pub(super) peer: P,
    pub(super) purpose: Purpose,
    /// What it maintains; `None` if an application has asked for it.
    pub(super) maintenance: Option<Maintenance>,
    way: Way,
    /// When something is to be done about it if no response has come.
    pub(super) deadline: Instant,
    /// Whether the deadline is that of the short time-out.
    is_short: bool,
    tries_left: u8,
}

/// What has become of a request whose deadline has come.
#[derive(Clone, Copy, Debug)]
pub(super) enum Overdue<P> {
    /// The short time-out has passed; the request stays open.
    Late(Request<P>),
    /// The time-out has passed and a try is left: send it again; it stays open.
    Again(Request<P>),
    /// It has failed and is closed.
    Failed(Request<P>),
}

/// The requests of a node, oldest first.
#[derive(Clone, Debug)]
pub(super) struct Requests<P> {
    open: Vec<Request<P>>,
    next_number: u32,
}

impl<P: Copy + Eq> Requests<P> {
    /// None yet; the first will have `first_number`. Numbers only need to differ from those of
    /// requests to which answers may still be on their way.
    pub(super) const fn new(first_number: u32) -> Self {
        Requests { open: Vec::new(), next_number: first_number }
    }

    /// Opens a request and gives its number.
    #[inline]
    pub(super) fn open(
        &mut self,
        peer: P,
        purpose: Purpose,
        maintenance: Option<Maintenance>,
        way: Way,
        now: Instant,
        timeouts: Timeouts,
    ) -> u32 {
        let number = self.next_number;
        self.next_number = number.wrapping_add(1);
        let short = timeouts.short_of(purpose, way);
        self.open.push(Request {
            number,
            peer,
            purpose,
            maintenance,
            way,
            deadline: now + short.unwrap_or(timeouts.of(way)),
            is_short: short.is_some(),
            tries_left: timeouts.tries(purpose),
        });
        number
    }

    /// The number that the next request will have.
    #[inline]
    pub(super) fn next_number(&self) -> u32 {
        self.next_number
    }

    /// Begins to fetch what is open.
    #[inline]
    pub(super) fn prefetch(&self) {
        memory::prefetch_slice(&self.open);
    }

    /// Closes the request that `peer` has answered; `None` if it was not asked that.
    #[inline]
    pub(super) fn close(&mut self, number: u32, peer: P) -> Option<Request<P>> {
        let found = |request: &Request<P>| request.number == number && request.peer == peer;
        let index = self.open.iter().position(found)?;
        Some(self.remove(index))
    }

    /// A node that asks for nothing holds no memory for requests.
    fn remove(&mut self, index: usize) -> Request<P> {
        let request = self.open.remove(index);
        if self.open.is_empty() {
            self.open = Vec::new();
        }
        request
    }

    /// Whether a probe of `peer` is under way.
    pub(super) fn is_probing(&self, peer: P) -> bool {
        self.open.iter().any(|request| request.peer == peer && request.purpose == Purpose::Probe)
    }

    /// Whether any request to `peer` is under way.
    pub(super) fn is_asking(&self, peer: P) -> bool {
        self.open.iter().any(|request| request.peer == peer)
    }

    /// How many strangers are being verified.
    pub(super) fn verifying(&self) -> usize {
        self.open.iter().filter(|request| request.purpose == Purpose::Verify).count()
    }

    /// The earliest deadline.
    #[inline]
    pub(super) fn deadline(&self) -> Instant {
        self.open.iter().map(|request| request.deadline).min().unwrap_or(Instant::FAR_FUTURE)
    }

    /// Takes the first request whose deadline has come.
    pub(super) fn overdue(&mut self, now: Instant, timeouts: Timeouts) -> Option<Overdue<P>> {
        let index = self.open.iter().position(|request| request.deadline <= now)?;
        let request = &mut self.open[index];
        if request.is_short {
            request.deadline = now + timeouts.after_short(request.way);
            request.is_short = false;
            return Some(Overdue::Late(*request));
        }
        if request.tries_left > 0 {
            request.tries_left -= 1;
            request.deadline = now + timeouts.of(request.way);
            return Some(Overdue::Again(*request));
        }
        Some(Overdue::Failed(self.remove(index)))
    }
}

/// How long requests are waited for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    pub(super) full: Duration,
    /// Where a connection has to be opened first, if that makes a difference.
    pub(super) dial: Option<Duration>,
    pub(super) short: Option<Duration>,
    pub(super) retries: u32,
    pub(super) probe_retries: u32,
}

impl Timeouts {
    /// That of a request on this way.
    #[inline]
    fn of(self, way: Way) -> Duration {
        match way {
            Way::Open => self.full,
            Way::Dial => self.dial.unwrap_or(self.full),
        }
    }

    /// Further tries of a request of this purpose.
    fn tries(self, purpose: Purpose) -> u8 {
        let tries = match purpose {
            Purpose::Probe => self.probe_retries,
            Purpose::Talk(_) => 0,
            _ => self.retries,
        };
        tries.min(u32::from(u8::MAX)) as u8
    }

    /// The short time-out, if a request of this purpose has one.
    #[inline]
    fn short_of(self, purpose: Purpose, way: Way) -> Option<Duration> {
        self.short.filter(|&short| matches!(purpose, Purpose::Lookup(_)) && short < self.of(way))
    }

    /// From the short time-out's end to the full one's.
    fn after_short(self, way: Way) -> Duration {
        let full = self.of(way);
        let short = self.short.unwrap_or(full);
        Duration::from_nanos(full.as_nanos() - short.as_nanos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn plain(full: Duration) -> Timeouts {
        Timeouts { full, dial: None, short: None, retries: 0, probe_retries: 0 }
    }

    /// Every try of a dial has the time-out of a dial, and a short one counts only below it.
    #[test]
    fn a_dial_has_a_time_out_of_its_own() {
        let start = Instant::ZERO;
        let fails_at = |way, timeouts: Timeouts| {
            let mut requests = Requests::new(0);
            requests.open(4u32, Purpose::Lookup(0), None, way, start, timeouts);
            let mut late = 0;
            loop {
                let now = requests.deadline();
                match requests.overdue(now, timeouts).expect("its deadline has come") {
                    Overdue::Failed(_) => return (now, late),
                    Overdue::Late(_) => late += 1,
                    Overdue::Again(_) => {}
                }
            }
        };
        let timeouts = Timeouts { dial: Some(SECOND * 5), retries: 1, ..plain(SECOND * 10) };
        assert_eq!(fails_at(Way::Open, timeouts), (start + SECOND * 20, 0));
        assert_eq!(fails_at(Way::Dial, timeouts), (start + SECOND * 10, 0));
        let short = Timeouts { short: Some(SECOND * 5), ..timeouts };
        assert_eq!(fails_at(Way::Open, short), (start + SECOND * 20, 1));
        assert_eq!(fails_at(Way::Dial, short), (start + SECOND * 10, 0));
        let shorter = Timeouts { short: Some(SECOND), ..timeouts };
        assert_eq!(fails_at(Way::Dial, shorter), (start + SECOND * 10, 1));
    }

    #[test]
    fn goes_late_then_tries_again_then_fails() {
        let timeouts = Timeouts { short: Some(SECOND), retries: 1, ..plain(SECOND * 3) };
        let mut requests = Requests::new(7);
        let start = Instant::ZERO;
        assert_eq!(requests.open(4u32, Purpose::Lookup(0), None, Way::Open, start, timeouts), 7);
        assert_eq!(requests.deadline(), start + SECOND);
        assert!(requests.overdue(start, timeouts).is_none());
        assert!(matches!(requests.overdue(start + SECOND, timeouts), Some(Overdue::Late(_))));
        let full = start + SECOND * 3;
        assert_eq!(requests.deadline(), full);
        assert!(matches!(requests.overdue(full, timeouts), Some(Overdue::Again(_))));
        assert_eq!(requests.deadline(), full + SECOND * 3);
        let end = full + SECOND * 3;
        assert!(matches!(requests.overdue(end, timeouts), Some(Overdue::Failed(_))));
        assert_eq!(requests.deadline(), Instant::FAR_FUTURE);
    }

    #[test]
    fn only_the_one_who_was_asked_can_answer() {
        let timeouts = plain(SECOND);
        let mut requests = Requests::new(0);
        let number = requests.open(4u32, Purpose::Probe, None, Way::Open, Instant::ZERO, timeouts);
        assert!(requests.close(number, 5).is_none());
        assert!(requests.is_probing(4));
        assert!(requests.close(number, 4).is_some());
        assert!(requests.close(number, 4).is_none(), "an answer counts once");
    }
}
