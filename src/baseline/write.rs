//! The file of a baseline, as it is written: short lines, one for each figure.

use super::stored::{Change, Kept, Level, Stored, Tolerance};
use std::fmt::{Display, Write};

const HEAD: &str = "\
# A baseline of kadsim (docs/baselines.md). Tolerances, alpha and the list of metrics may be edited; the
# rest is rewritten by `kadsim baseline check NAME --update --reason TEXT`.
";

impl Stored {
    /// The file.
    pub fn to_toml(&self) -> String {
        let mut text = HEAD.to_owned();
        let mut put = |key: &str, value: &dyn Display| {
            writeln!(text, "{key} = {value}").expect("a text takes every text");
        };
        let level = match self.level {
            Level::Exact { .. } => "exact",
            Level::Tolerance(_) | Level::Repeated { .. } => "statistical",
        };
        put("level", &quoted(level));
        put("scenario", &quoted(&self.scenario));
        let settings: Vec<String> = self.settings.iter().map(|text| quoted(text)).collect();
        put("settings", &format!("[{}]", settings.join(", ")));
        match i64::try_from(self.seed) {
            Ok(seed) => put("seed", &seed),
            Err(_) => put("seed", &quoted(&self.seed.to_string())),
        }
        put("version", &quoted(&self.version));
        put("digest", &quoted(&self.digest));
        put("cost", &self.cost);
        if let Level::Repeated { alpha, .. } = &self.level {
            put("alpha", alpha);
        }
        put("metrics", &format!("[\n{}]", self.metrics().concat()));
        if let Level::Exact { trail, .. } = &self.level {
            let (end, digests) = (trail.end.as_nanos(), trail.to_text());
            let _ = write!(text, "\n[checkpoints]\nend_ns = {end}\n");
            let _ = write!(text, "digests = \"\"\"\n{digests}\n\"\"\"\n");
        }
        for Change { version, from, to, reason } in &self.history {
            let [version, from, to, reason] = [version, from, to, reason].map(|text| quoted(text));
            let _ = write!(text, "\n[[history]]\nversion = {version}\nfrom = {from}\nto = {to}\n");
            let _ = writeln!(text, "reason = {reason}");
        }
        text
    }

    /// A line for each figure.
    fn metrics(&self) -> Vec<String> {
        let line = |name: &str, rest: &str| format!("    {{ name = {}, {rest} }},\n", quoted(name));
        match &self.level {
            Level::Exact { metrics, .. } => metrics
                .iter()
                .map(|(name, value)| line(name, &format!("value = {value}")))
                .collect(),
            Level::Tolerance(kept) => {
                let rest = |Kept { value, tolerance, .. }: &Kept| match tolerance {
                    Tolerance::Absolute(most) => format!("value = {value}, absolute = {most}"),
                    Tolerance::Relative(share) => format!("value = {value}, relative = {share}"),
                };
                kept.iter().map(|kept| line(&kept.name, &rest(kept))).collect()
            }
            Level::Repeated { samples, .. } => {
                let values = |values: &[f64]| {
                    let values: Vec<String> = values.iter().map(f64::to_string).collect();
                    format!("values = [{}]", values.join(", "))
                };
                samples.iter().map(|(name, sample)| line(name, &values(sample))).collect()
            }
        }
    }
}

/// A text as TOML has it, in one line.
fn quoted(text: &str) -> String {
    toml_edit::Value::from(text.replace('\n', " ")).to_string()
}
