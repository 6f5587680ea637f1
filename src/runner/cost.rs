//! What a run costs the machine: measured from outside, never part of a result.

use super::result::Performance;

/// No run is so short: keeps what is divided by its time finite.
const SHORTEST_SECONDS: f64 = 1e-6;

/// What was done at that cost, and how.
pub(super) struct Work {
    pub(super) events: u64,
    /// Messages delivered.
    pub(super) messages: u64,
    pub(super) nodes: u32,
    pub(super) threads: usize,
    /// What put the events in order.
    pub(super) queue: &'static str,
}

/// The clocks of a run.
pub(super) struct Cost {
    wall: std::time::Instant,
    cpu: Option<f64>,
    resident_before: Option<u64>,
    set_up_seconds: f64,
    set_up_wall_seconds: f64,
}

#[expect(clippy::disallowed_methods, reason = "measures the run from outside")]
fn wall_clock() -> std::time::Instant {
    std::time::Instant::now()
}

impl Cost {
    pub(super) fn begin() -> Self {
        Cost {
            wall: wall_clock(),
            cpu: cpu_seconds(),
            resident_before: memory("VmRSS:"),
            set_up_seconds: 0.0,
            set_up_wall_seconds: 0.0,
        }
    }

    pub(super) fn set_up_done(&mut self) {
        self.set_up_seconds = self.cpu_used();
        self.set_up_wall_seconds = self.wall.elapsed().as_secs_f64();
    }

    /// Processor time of the process since the beginning; wall-clock time where the system does
    /// not tell.
    fn cpu_used(&self) -> f64 {
        match (cpu_seconds(), self.cpu) {
            (Some(now), Some(then)) => now - then,
            _ => self.wall.elapsed().as_secs_f64(),
        }
    }

    pub(super) fn end(self, work: Work) -> Performance {
        let cpu_seconds = self.cpu_used();
        let simulating = (cpu_seconds - self.set_up_seconds).max(SHORTEST_SECONDS);
        let wall_seconds = self.wall.elapsed().as_secs_f64();
        let passed = (wall_seconds - self.set_up_wall_seconds).max(SHORTEST_SECONDS);
        let peak = peak_memory();
        let grown =
            peak.zip(self.resident_before).map(|(peak, before)| peak.saturating_sub(before));
        Performance {
            wall_seconds,
            cpu_seconds,
            set_up_wall_seconds: self.set_up_wall_seconds,
            set_up_cpu_seconds: self.set_up_seconds,
            peak_memory_bytes: peak,
            events: work.events,
            messages: work.messages,
            messages_per_cpu_second: work.messages as f64 / simulating,
            messages_per_wall_second: work.messages as f64 / passed,
            bytes_per_node: grown.map(|bytes| bytes / u64::from(work.nodes)),
            nodes: u64::from(work.nodes),
            threads: work.threads as u64,
            queue: work.queue.to_owned(),
            lateness_micros: None,
        }
    }
}

/// Processor time of this process, user and system, all threads, those that have ended too.
#[cfg(unix)]
pub fn cpu_seconds() -> Option<f64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Some(time.tv_sec as f64 + time.tv_nsec as f64 / 1e9)
}

/// Processor time of this process: not known here.
#[cfg(not(unix))]
pub fn cpu_seconds() -> Option<f64> {
    None
}

/// Most memory of this process that was resident at once, in bytes; `None` where the system does not
/// tell.
pub fn peak_memory() -> Option<u64> {
    memory("VmHWM:")
}

/// A line of the process's memory figures, in bytes.
fn memory(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linux_tells_time_and_memory() {
        if cfg!(target_os = "linux") {
            assert!(cpu_seconds().is_some());
            assert!(memory("VmHWM:").is_some_and(|bytes| bytes > 1 << 20));
        }
    }
}
