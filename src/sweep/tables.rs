//! One file for many runs: `runs.csv` and `runs.jsonl`, a row a run, and `summary.csv`, a row for
//! each point and figure. All are functions of the finished runs.

use super::SweepError;
use super::collected::Collected;
use super::folder::Folder;
use super::interval::Estimate;
use super::plan::Plan;
use super::row::Row;
use crate::units::number::rounded;
use csv::Writer;
use serde::Serializer;
use serde::ser::SerializeMap;
use std::io::{self, Write};

/// Writes all tables.
///
/// # Errors
/// The first that cannot be written; the others are whole.
pub fn write(plan: &Plan, collected: &Collected, folder: &Folder) -> Result<(), SweepError> {
    folder.write("runs.csv", |out| runs_csv(plan, collected, out))?;
    folder.write("runs.jsonl", |out| runs_jsonl(plan, collected, out))?;
    #[cfg(feature = "parquet")]
    folder.write("runs.parquet", |out| super::parquet::write(plan, collected, out))?;
    folder.write("summary.csv", |out| summary_csv(plan, collected, out))
}

/// The values of the varied keys at a point, as texts.
fn key_texts(plan: &Plan, point: usize) -> impl Iterator<Item = String> {
    let chosen = plan.grid.keys.iter().zip(plan.grid.places(point));
    chosen.map(|(varied, place)| varied.text(place))
}

fn keys(plan: &Plan) -> impl Iterator<Item = &str> {
    plan.grid.keys.iter().map(|varied| varied.key.as_str())
}

fn runs_csv(plan: &Plan, collected: &Collected, out: &mut impl Write) -> io::Result<()> {
    let mut table = Writer::from_writer(out);
    let about = ["repeat", "seed", "status", "digest"];
    let names = collected.names.iter().map(String::as_str);
    table.write_record(["point"].into_iter().chain(keys(plan)).chain(about).chain(names))?;
    for row in &collected.rows {
        let figures = collected.names.iter().map(|name| figure(row, name));
        let about = [
            row.repeat.to_string(),
            row.seed.to_string(),
            row.status.name().to_owned(),
            row.digest.clone().unwrap_or_default(),
        ];
        let point = std::iter::once(row.point.to_string());
        table.write_record(point.chain(key_texts(plan, row.point)).chain(about).chain(figures))?;
    }
    table.flush()
}

fn figure(row: &Row, name: &str) -> String {
    row.figures.get(name).map_or_else(String::new, ToString::to_string)
}

fn runs_jsonl(plan: &Plan, collected: &Collected, out: &mut impl Write) -> io::Result<()> {
    for row in &collected.rows {
        let mut serializer = serde_json::Serializer::new(&mut *out);
        let mut line = serializer.serialize_map(None)?;
        line.serialize_entry("point", &row.point)?;
        for (varied, place) in plan.grid.keys.iter().zip(plan.grid.places(row.point)) {
            line.serialize_entry(&varied.key, &varied.json(place))?;
        }
        line.serialize_entry("repeat", &row.repeat)?;
        line.serialize_entry("seed", &row.seed)?;
        line.serialize_entry("status", row.status.name())?;
        line.serialize_entry("digest", &row.digest)?;
        for name in &collected.names {
            line.serialize_entry(name, &row.figures.get(name))?;
        }
        line.end()?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn summary_csv(plan: &Plan, collected: &Collected, out: &mut impl Write) -> io::Result<()> {
    let mut table = Writer::from_writer(out);
    let about =
        ["figure", "runs", "mean", "mean_low", "mean_high", "median", "median_low", "median_high"];
    table.write_record(["point"].into_iter().chain(keys(plan)).chain(about))?;
    let summaries = collected.summaries(&collected.names);
    for (point, summaries) in summaries.iter().enumerate() {
        for (name, summary) in collected.names.iter().zip(summaries) {
            let Some(summary) = summary else { continue };
            let about = [name.clone(), summary.count.to_string()];
            let numbers = numbers(summary.mean).into_iter().chain(numbers(summary.median));
            let point_text = std::iter::once(point.to_string());
            let row = point_text.chain(key_texts(plan, point)).chain(about).chain(numbers);
            table.write_record(row)?;
        }
    }
    table.flush()
}

fn numbers(estimate: Estimate) -> [String; 3] {
    let text = |value: f64| rounded(value).to_string();
    let (low, high) = match estimate.interval {
        Some((low, high)) => (text(low), text(high)),
        None => (String::new(), String::new()),
    };
    [text(estimate.value), low, high]
}
