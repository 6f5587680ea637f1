//! In which unit a figure is shown.

/// The unit in which the figure of this name is shown, and how many of the figure's own make one: by
/// what the name says of it, as in `result.json`. A figure without unit has none.
pub fn of(name: &str) -> (&'static str, f64) {
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_rate = last.ends_with("per_second") || last.ends_with("per_node_second");
    match name {
        _ if name.contains("_micros.") || last.ends_with("_micros") => ("ms", 1_000.0),
        _ if last.contains("bytes") && is_rate => ("B/s", 1.0),
        _ if is_rate => ("1/s", 1.0),
        _ if last.contains("bytes") => ("B", 1.0),
        _ if last.ends_with("_seconds") => ("s", 1.0),
        _ => ("", 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_unit() {
        let units = [
            ("operations.lookup.latency_micros.p50", ("ms", 1_000.0)),
            ("node_traffic.bytes_sent_per_second", ("B/s", 1.0)),
            ("node_traffic.messages_sent_per_second", ("1/s", 1.0)),
            ("maintenance.maintenance_bytes_per_node_second", ("B/s", 1.0)),
            ("messages.find-node.bytes", ("B", 1.0)),
            ("phases.measurement.end_seconds", ("s", 1.0)),
            ("operations.lookup.success_rate", ("", 1.0)),
        ];
        for (name, unit) in units {
            assert_eq!(of(name), unit, "{name}");
        }
    }
}
