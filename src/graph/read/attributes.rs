//! What attributes of nodes and edges say, in the notation of Shadow's network graphs.

use crate::graph::{Edge, Vertex};
use crate::time::Duration;

/// Longer delays are taken for a mistake of units.
const LONGEST: Duration = Duration::from_secs(3_600);

/// Sets what the attribute says of a vertex; others than those below are not for kadsim and are
/// left alone.
pub fn of_vertex(vertex: &mut Vertex, key: &str, value: &str) -> Result<(), String> {
    match key {
        // Until its version 2, Shadow called them without "host".
        "host_bandwidth_up" | "bandwidth_up" => {
            vertex.host_bandwidth_up = Some(bandwidth(key, value)?);
        }
        "host_bandwidth_down" | "bandwidth_down" => {
            vertex.host_bandwidth_down = Some(bandwidth(key, value)?);
        }
        "label" if !value.is_empty() => value.clone_into(&mut vertex.name),
        "x" | "y" => {
            let place = vertex.position.get_or_insert_default();
            place[usize::from(key == "y")] = number(key, value)?;
        }
        _ => {}
    }
    Ok(())
}

/// Sets what the attribute says of an edge; others than those below are not for kadsim and are left
/// alone.
pub fn of_edge(edge: &mut Edge, key: &str, value: &str) -> Result<(), String> {
    match key {
        "latency" => edge.latency = Some(time(key, value)?),
        "jitter" => edge.jitter = time(key, value)?,
        "packet_loss" => {
            let loss = number(key, value)?;
            if !(0.0..=1.0).contains(&loss) {
                let message =
                    format!("`{key}` cannot be {value}: a number from 0 to 1 is expected");
                return Err(message);
            }
            // Adding zero turns the negative zero into the ordinary one.
            edge.packet_loss = loss + 0.0;
        }
        _ => {}
    }
    Ok(())
}

fn number(key: &str, text: &str) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| format!("`{key}` cannot be {text:?}: a number is expected"))
}

/// A number and what follows it.
fn number_and_unit(text: &str) -> Option<(f64, &str)> {
    let end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let number = text[..end].trim().parse::<f64>().ok()?;
    (number.is_finite() && number >= 0.0).then(|| (number + 0.0, text[end..].trim()))
}

/// A length of time as Shadow writes it: `"10 ms"`; a number alone is seconds.
pub fn time(key: &str, text: &str) -> Result<Duration, String> {
    let nanos = number_and_unit(text).and_then(|(number, unit)| {
        let unit = match unit {
            "ns" | "nanosecond" | "nanoseconds" => 1.0,
            "us" | "\u{3bc}s" | "\u{b5}s" | "microsecond" | "microseconds" => 1e3,
            "ms" | "millisecond" | "milliseconds" => 1e6,
            "" | "s" | "sec" | "secs" | "second" | "seconds" => 1e9,
            "m" | "min" | "mins" | "minute" | "minutes" => 60e9,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3_600e9,
            _ => return None,
        };
        Some(libm::round(number * unit))
    });
    let allowed = nanos.filter(|&nanos| nanos <= LONGEST.as_nanos() as f64);
    allowed.map(|nanos| Duration::from_nanos(nanos as u64)).ok_or_else(|| {
        format!(
            "`{key}` cannot be {text:?}: a length of time up to 1 hour is expected, such as \
             \"10 ms\" (ns, us, ms, s, m, h; a number alone is seconds)"
        )
    })
}

/// Bits per second as Shadow writes them: `"100 Mbit"`, also `"100 Mbit/s"`; a number alone is
/// bits.
fn bandwidth(key: &str, text: &str) -> Result<u64, String> {
    let bits = number_and_unit(text).and_then(|(number, unit)| {
        let unit = unit.strip_suffix("/s").unwrap_or(unit);
        let prefix = unit.strip_suffix("bits").or(unit.strip_suffix("bit")).unwrap_or(unit);
        let factor = match prefix.trim() {
            "" => 1.0,
            "K" | "k" | "kilo" => 1e3,
            "M" | "mega" => 1e6,
            "G" | "giga" => 1e9,
            "T" | "tera" => 1e12,
            "Ki" | "kibi" => f64::from(1u32 << 10),
            "Mi" | "mebi" => f64::from(1u32 << 20),
            "Gi" | "gibi" => f64::from(1u32 << 30),
            "Ti" | "tebi" => (1u64 << 40) as f64,
            _ => return None,
        };
        Some(libm::round(number * factor))
    });
    let allowed = bits.filter(|bits| (1.0..=1e18).contains(bits));
    allowed.map(|bits| bits as u64).ok_or_else(|| {
        format!(
            "`{key}` cannot be {text:?}: bits per second above 0 are expected, such as \
             \"100 Mbit\" (K, M, G, T, and Ki, Mi, Gi, Ti for powers of 1024)"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time() {
        for (text, nanos) in [
            ("10 ms", 10_000_000),
            ("10ms", 10_000_000),
            ("1.5 ms", 1_500_000),
            ("0", 0),
            ("2", 2_000_000_000),
            ("0.01", 10_000_000),
            ("1e-3 s", 1_000_000),
            ("7 \u{3bc}s", 7_000),
            ("3 nanoseconds", 3),
            ("2 min", 120_000_000_000),
            ("1 hour", 3_600_000_000_000),
        ] {
            assert_eq!(time("latency", text), Ok(Duration::from_nanos(nanos)), "{text}");
        }
        for text in ["", "ms", "-1 ms", "10 parsecs", "inf", "nan ms", "2 h", "1e400"] {
            assert!(time("latency", text).is_err(), "{text}");
        }
        assert_eq!(
            time("jitter", "10 mss").unwrap_err(),
            "`jitter` cannot be \"10 mss\": a length of time up to 1 hour is expected, such as \
             \"10 ms\" (ns, us, ms, s, m, h; a number alone is seconds)"
        );
    }

    #[test]
    fn bandwidths() {
        for (text, bits) in [
            ("100 Mbit", 100_000_000),
            ("1 Gbit", 1_000_000_000),
            ("10 Kibit", 10_240),
            ("10 megabits", 10_000_000),
            ("1 Ti", 1 << 40),
            ("1000", 1_000),
            ("20 Mbit/s", 20_000_000),
            ("5 kbit", 5_000),
        ] {
            assert_eq!(bandwidth("bandwidth_up", text), Ok(bits), "{text}");
        }
        for text in ["0", "0 Mbit", "10 MB", "ten Mbit", "-5 Mbit", "10 mbit", "1e30 Gbit"] {
            assert!(bandwidth("bandwidth_up", text).is_err(), "{text}");
        }
    }

    #[test]
    fn losses_and_places() {
        let mut edge = Edge::between(0, 1);
        assert_eq!(of_edge(&mut edge, "packet_loss", "0.25"), Ok(()));
        assert_eq!(edge.packet_loss, 0.25);
        assert!(of_edge(&mut edge, "packet_loss", "1.5").unwrap_err().contains("from 0 to 1"));
        assert!(of_edge(&mut edge, "packet_loss", "much").unwrap_err().contains("a number"));
        assert_eq!(of_edge(&mut edge, "colour", "red"), Ok(()));
        let mut vertex = Vertex::default();
        for (key, value) in [("x", "1.5"), ("y", "-2"), ("label", "rome"), ("city", "\u{0}")] {
            assert_eq!(of_vertex(&mut vertex, key, value), Ok(()));
        }
        assert_eq!((vertex.position, &*vertex.name), (Some([1.5, -2.0]), "rome"));
    }
}
