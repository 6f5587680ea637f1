//! The file of a baseline, read: what is wrong in it is told with its line, its value and what is allowed.

use super::permutation;
use super::stored::{Change, Kept, Level, Stored, Tolerance};
use super::trail::Trail;
use crate::scenario::{Place, ScenarioError};
use crate::time::Instant;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    level: Spanned<String>,
    scenario: Spanned<String>,
    settings: Spanned<Vec<String>>,
    seed: Spanned<toml::Value>,
    version: String,
    digest: Spanned<String>,
    cost: u64,
    alpha: Option<Spanned<f64>>,
    metrics: Spanned<Vec<Spanned<RawMetric>>>,
    checkpoints: Option<Spanned<RawCheckpoints>>,
    #[serde(default)]
    history: Vec<RawChange>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMetric {
    name: Spanned<String>,
    value: Option<Spanned<f64>>,
    absolute: Option<Spanned<f64>>,
    relative: Option<Spanned<f64>>,
    values: Option<Spanned<Vec<f64>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCheckpoints {
    end_ns: u64,
    digests: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawChange {
    version: String,
    from: String,
    to: String,
    reason: String,
}

/// What is wrong, and in which bytes.
type Wrong = (Range<usize>, String);

/// The baseline in `text`, which is that of `file`.
///
/// # Errors
/// What is wrong with it, and where.
pub fn read(file: &str, text: &str) -> Result<(Stored, Range<usize>), ScenarioError> {
    let raw: Result<Raw, toml::de::Error> = toml::from_str(text);
    let read = raw.map_err(|error| (error.span().unwrap_or(0..0), error.message().to_owned()));
    read.and_then(|raw| {
        let scenario = raw.scenario.span();
        raw.check().map(|stored| (stored, scenario))
    })
    .map_err(|wrong| placed(file, text, wrong))
}

/// The message for what is wrong in the file.
pub fn placed(file: &str, text: &str, (span, message): Wrong) -> ScenarioError {
    ScenarioError {
        file: file.to_owned(),
        place: Some(Box::new(Place::new(text, span))),
        setting: None,
        message: format!("this is no baseline: {message}"),
        help: Some("docs/baselines.md says what a baseline holds".to_owned()),
    }
}

impl Raw {
    fn check(self) -> Result<Stored, Wrong> {
        let seed = self.seed.get_ref();
        let seed =
            seed.as_integer().map(|seed| seed.to_string()).or(seed.as_str().map(str::to_owned));
        let seed = seed.and_then(|text| text.parse().ok()).ok_or_else(|| {
            let given = self.seed.get_ref();
            (
                self.seed.span(),
                format!("`seed` cannot be {given}: allowed is a whole number from 0 on"),
            )
        })?;
        let digest = self.digest.get_ref();
        if digest.len() != 16 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let told = format!("`digest` cannot be {digest:?}: allowed are 16 hexadecimal digits");
            return Err((self.digest.span(), told));
        }
        let level = self.level()?;
        let changes = self.history.into_iter();
        let stored = Stored {
            scenario: self.scenario.into_inner(),
            settings: self.settings.get_ref().clone(),
            seed,
            version: self.version,
            digest: self.digest.into_inner(),
            cost: self.cost,
            level,
            history: changes
                .map(|RawChange { version, from, to, reason }| Change { version, from, to, reason })
                .collect(),
        };
        match stored.parsed_settings() {
            Ok(_) => Ok(stored),
            Err(told) => Err((self.settings.span(), format!("`settings`: {told}"))),
        }
    }

    fn level(&self) -> Result<Level, Wrong> {
        if self.metrics.get_ref().is_empty() {
            let told = "`metrics` is empty: it takes one figure or more".to_owned();
            return Err((self.metrics.span(), told));
        }
        self.has_what_it_needs()?;
        match (self.level.get_ref().as_str(), &self.alpha) {
            ("exact", None) => self.exact(),
            ("statistical", None) => {
                let kept = self.metrics.get_ref().iter().map(RawMetric::kept);
                Ok(Level::Tolerance(kept.collect::<Result<_, _>>()?))
            }
            ("statistical", Some(alpha)) => self.repeated(alpha),
            ("exact", Some(alpha)) => {
                let told = "`alpha` has no effect on an exact baseline: leave it out".to_owned();
                Err((alpha.span(), told))
            }
            (other, _) => {
                let allowed = "allowed is \"exact\" or \"statistical\"";
                Err((self.level.span(), format!("`level` cannot be {other:?}: {allowed}")))
            }
        }
    }

    /// Whether no figure stands twice, and nothing stands there that has no effect.
    fn has_what_it_needs(&self) -> Result<(), Wrong> {
        let exact = self.level.get_ref() == "exact";
        let allowed: &[&str] = match (exact, self.alpha.is_some()) {
            (true, _) => &["value"],
            (false, false) => &["value", "absolute", "relative"],
            (false, true) => &["values"],
        };
        let mut names = BTreeSet::new();
        for metric in self.metrics.get_ref() {
            let RawMetric { name, value, absolute, relative, values } = metric.get_ref();
            let given = [
                ("value", value.is_some()),
                ("absolute", absolute.is_some()),
                ("relative", relative.is_some()),
                ("values", values.is_some()),
            ];
            let idle = |&(key, given): &(&str, bool)| given && !allowed.contains(&key);
            let name = name.get_ref();
            if let Some((key, _)) = given.into_iter().find(idle) {
                let told =
                    format!("`{name}`: `{key}` has no effect here: a figure has {allowed:?}");
                return Err((metric.span(), told));
            }
            if !names.insert(name) {
                return Err((metric.span(), format!("`{name}` stands here twice")));
            }
        }
        match &self.checkpoints {
            Some(checkpoints) if self.level.get_ref() == "statistical" => {
                let told = "`[checkpoints]` has no effect on a statistical baseline: leave it out";
                Err((checkpoints.span(), told.to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn exact(&self) -> Result<Level, Wrong> {
        let Some(checkpoints) = &self.checkpoints else {
            let told = "`[checkpoints]` is missing: an exact baseline has it".to_owned();
            return Err((self.level.span(), told));
        };
        let RawCheckpoints { end_ns, digests } = checkpoints.get_ref();
        let trail = Trail::from_text(Instant::from_nanos(*end_ns), digests.get_ref());
        let trail = trail.map_err(|told| (digests.span(), format!("`digests`: {told}")))?;
        let metrics = self.metrics.get_ref().iter().map(|metric| {
            let name = metric.get_ref().name.get_ref().clone();
            Ok((name, RawMetric::value(metric)?))
        });
        Ok(Level::Exact { metrics: metrics.collect::<Result<_, Wrong>>()?, trail })
    }

    fn repeated(&self, alpha: &Spanned<f64>) -> Result<Level, Wrong> {
        let level = *alpha.get_ref();
        if !(level > 0.0 && level < 1.0) {
            let told = format!("`alpha` cannot be {level}: allowed is a number between 0 and 1");
            return Err((alpha.span(), told));
        }
        let mut samples: Vec<(String, Vec<f64>)> = Vec::new();
        for metric in self.metrics.get_ref() {
            let RawMetric { name, values, .. } = metric.get_ref();
            let wrong = |told: &str| (metric.span(), format!("`{}`: {told}", name.get_ref()));
            let values = values.as_ref().map(Spanned::get_ref);
            let values =
                values.ok_or_else(|| wrong("`values` is missing: a value for each seed"))?;
            let count = samples.first().map_or(values.len(), |(_, first)| first.len());
            if values.len() != count || count < 2 || values.iter().any(|value| !value.is_finite()) {
                return Err(wrong("`values` takes two or more numbers, as many for each figure"));
            }
            samples.push((name.get_ref().clone(), values.clone()));
        }
        let (count, figures) = (samples[0].1.len(), samples.len());
        if permutation::smallest(count) * figures as f64 > level {
            let told = format!(
                "`alpha` cannot be {level}: with {count} values of each of {figures} figures no change \
                 could be significant"
            );
            return Err((alpha.span(), told));
        }
        Ok(Level::Repeated { alpha: level, samples })
    }
}

impl RawMetric {
    fn value(metric: &Spanned<RawMetric>) -> Result<f64, Wrong> {
        let RawMetric { name, value, .. } = metric.get_ref();
        let value = value.as_ref().map(|value| *value.get_ref()).filter(|value| value.is_finite());
        value.ok_or_else(|| {
            (metric.span(), format!("`{}`: `value` is missing: it takes a number", name.get_ref()))
        })
    }

    fn kept(metric: &Spanned<RawMetric>) -> Result<Kept, Wrong> {
        let RawMetric { name, absolute, relative, .. } = metric.get_ref();
        let value = RawMetric::value(metric)?;
        let (given, tolerance) = match (absolute, relative) {
            (Some(most), None) => (most, Tolerance::Absolute(*most.get_ref())),
            (None, Some(share)) => (share, Tolerance::Relative(*share.get_ref())),
            _ => {
                let told = "takes either `absolute` or `relative`, how far it may be from `value`";
                return Err((metric.span(), format!("`{}` {told}", name.get_ref())));
            }
        };
        if !(given.get_ref().is_finite() && *given.get_ref() >= 0.0) {
            let told = format!("a tolerance cannot be {}: allowed is 0 or more", given.get_ref());
            return Err((given.span(), told));
        }
        Ok(Kept { name: name.get_ref().clone(), value, tolerance })
    }
}
