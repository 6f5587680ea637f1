//! `kadsim fidelity`: measures known figures again and compares.

use super::{Misuse, progress};
use crate::fidelity::{self, Effort, Finding, ROWS, Row, Verdict};
use std::io::Write;

/// Arguments of `kadsim fidelity`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Rows to measure, such as F3,F9; all if not given
    #[arg(long, value_name = "ROWS", value_delimiter = ',')]
    pub only: Vec<String>,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table for people
    Table,
    /// A list with an object for each figure
    Json,
    /// A table for the documentation, with sources
    Markdown,
}

/// Measures the rows, prints what came of it, and says whether all are within their bands.
///
/// # Errors
/// [`Misuse`] if a row is not known; an I/O error if the table cannot be printed.
pub fn run(args: &Args) -> anyhow::Result<Verdict> {
    let rows = chosen(&args.only)?;
    let progress = progress::steps(rows.len());
    let mut findings: Vec<Finding> = Vec::new();
    for row in rows {
        progress.show(format!("{} {}", row.id, row.setting));
        findings.extend(fidelity::measure(row, Effort::Full).into_iter().flatten());
        progress.step();
    }
    progress.finish();
    let text = match args.format {
        Format::Table => fidelity::table(&findings),
        Format::Json => serde_json::to_string_pretty(&findings)? + "\n",
        Format::Markdown => fidelity::markdown(&findings),
    };
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    Ok(verdict(&findings))
}

/// Whether all are within their bands, which the exit status says.
fn verdict(findings: &[Finding]) -> Verdict {
    let is_within = |finding: &Finding| finding.verdict == Verdict::Within;
    if findings.iter().all(is_within) { Verdict::Within } else { Verdict::Outside }
}

/// The rows named, in their own order; all if none is named.
fn chosen(names: &[String]) -> Result<Vec<&'static Row>, Misuse> {
    super::named(ROWS, names, |row, name| row.id.eq_ignore_ascii_case(name)).map_err(|name| {
        let mut known: Vec<_> = ROWS.iter().map(|row| row.id).collect();
        known.dedup();
        Misuse::UnknownRow { name, known: known.join(", ") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_figure_outside_is_enough() {
        let row = ROWS.iter().find(|row| row.id == "F6").expect("there is F6");
        let mut findings = fidelity::measure(row, Effort::Quick).expect("it is quick");
        findings.extend(findings.clone());
        assert_eq!(verdict(&findings), Verdict::Within);
        findings[1].verdict = Verdict::Outside;
        assert_eq!(verdict(&findings), Verdict::Outside);
    }

    #[test]
    fn rows_are_chosen_by_name_and_come_in_their_own_order() {
        let names = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let ids = |rows: Vec<&Row>| rows.iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(chosen(&[]).unwrap().len(), ROWS.len());
        assert_eq!(ids(chosen(&names(&["f8", "F1"])).unwrap()), ["F1", "F8"]);
        let error = chosen(&names(&["F1", "F77"])).unwrap_err().to_string();
        assert!(error.contains("F77") && error.contains("F1, F2, F3"), "{error}");
    }
}
