//! The machine that figures come from, as far as the system tells.

use serde::Serialize;

/// What stands beside every figure of speed: without it the figure says nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Model of the processor.
    pub cpu: String,
    /// Threads that it runs at a time, as far as this process may use them.
    pub cores: usize,
    /// Memory in bytes.
    pub memory_bytes: Option<u64>,
    /// Operating system.
    pub system: String,
    /// Version of this program.
    pub kadsim: &'static str,
}

impl Machine {
    /// The machine that this process runs on.
    pub fn here() -> Self {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        let cpu = value(&read("/proc/cpuinfo"), "model name", ':');
        let memory = value(&read("/proc/meminfo"), "MemTotal", ':');
        let kibibytes = memory.and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
        let system = value(&read("/etc/os-release"), "PRETTY_NAME", '=');
        Machine {
            cpu: cpu.unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: kibibytes.map(|kibibytes| kibibytes * 1_024),
            system: system.unwrap_or_else(|| std::env::consts::OS.to_owned()),
            kadsim: env!("CARGO_PKG_VERSION"),
        }
    }

    /// In one line.
    pub fn line(&self) -> String {
        let memory = self.memory_bytes.map_or("memory unknown".to_owned(), |bytes| {
            format!("{:.1} GiB of memory", bytes as f64 / f64::from(1 << 30))
        });
        let Machine { cpu, cores, system, kadsim, .. } = self;
        format!("{cpu}, {cores} cores, {memory}, {system}, kadsim {kadsim}")
    }
}

/// The first value of this name among lines of names and values.
fn value(text: &str, name: &str, separator: char) -> Option<String> {
    let mut pairs = text.lines().filter_map(|line| line.split_once(separator));
    let (_, value) = pairs.find(|(key, _)| key.trim() == name)?;
    Some(value.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_name() {
        let text = "processor\t: 0\nmodel name\t: A CPU: the fast one\nmodel name\t: another\n";
        assert_eq!(value(text, "model name", ':').as_deref(), Some("A CPU: the fast one"));
        assert_eq!(
            value("PRETTY_NAME=\"A System 1\"\n", "PRETTY_NAME", '=').unwrap(),
            "A System 1"
        );
        assert_eq!(value("", "model name", ':'), None);
    }

    #[test]
    fn this_machine_has_a_name() {
        let machine = Machine::here();
        assert!(machine.cores > 0 && !machine.cpu.is_empty());
        assert!(machine.line().contains(machine.kadsim), "{}", machine.line());
    }
}
