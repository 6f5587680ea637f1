//! What came of a check as JUnit XML, in the form that Jenkins, GitLab and the actions for GitHub read: a
//! suite for each baseline, a case for its digest and for each figure.

use super::judge::{Report, Verdict};
use super::show::{differences, sentence};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io;

/// A case: its name, and what is wrong in a line and in full.
struct Case {
    name: String,
    failure: Option<(String, String)>,
}

/// The reports as JUnit XML.
pub fn junit(reports: &[Report]) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    write(&mut writer, reports).expect("a vector takes all");
    let mut text = String::from_utf8(writer.into_inner()).expect("what is written is UTF-8");
    text.push('\n');
    text
}

fn write(writer: &mut Writer<Vec<u8>>, reports: &[Report]) -> io::Result<()> {
    let suites: Vec<(&Report, Vec<Case>)> =
        reports.iter().map(|report| (report, cases(report))).collect();
    let count = |cases: &[Case]| cases.iter().filter(|case| case.failure.is_some()).count();
    let tests: usize = suites.iter().map(|(_, cases)| cases.len()).sum();
    let failures: usize = suites.iter().map(|(_, cases)| count(cases)).sum();
    let time: f64 = reports.iter().map(|report| report.seconds).sum();
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = writer.create_element("testsuites").with_attributes([
        ("name", "kadsim baselines"),
        ("tests", &*tests.to_string()),
        ("failures", &*failures.to_string()),
        ("errors", "0"),
        ("time", &*seconds(time)),
    ]);
    root.write_inner_content(|writer| {
        for (report, cases) in &suites {
            let suite = writer.create_element("testsuite").with_attributes([
                ("name", &*report.name),
                ("tests", &*cases.len().to_string()),
                ("failures", &*count(cases).to_string()),
                ("errors", "0"),
                ("skipped", "0"),
                ("time", &*seconds(report.seconds)),
            ]);
            suite.write_inner_content(|writer| {
                cases.iter().enumerate().try_for_each(|(place, case)| {
                    // The run is charged to its first case.
                    let time = if place == 0 { report.seconds } else { 0.0 };
                    write_case(writer, &report.name, case, time)
                })
            })?;
        }
        Ok(())
    })?;
    Ok(())
}

fn write_case(
    writer: &mut Writer<Vec<u8>>,
    baseline: &str,
    case: &Case,
    time: f64,
) -> io::Result<()> {
    let class = format!("baseline.{baseline}");
    let element = writer.create_element("testcase").with_attributes([
        ("classname", &*class),
        ("name", &*case.name),
        ("time", &*seconds(time)),
    ]);
    let Some((message, text)) = &case.failure else {
        element.write_empty()?;
        return Ok(());
    };
    element.write_inner_content(|writer| {
        let failure = writer.create_element("failure");
        let failure = failure.with_attributes([("type", "regression"), ("message", &**message)]);
        failure.write_text_content(BytesText::new(text)).map(|_| ())
    })?;
    Ok(())
}

/// Of an exact baseline its digest; of each its figures.
fn cases(report: &Report) -> Vec<Case> {
    let digest = (report.level == "exact").then(|| {
        let failure = report.digest_differs().then(|| {
            let lines = differences(report);
            (lines[0].clone(), lines.join("\n"))
        });
        Case { name: "digest".to_owned(), failure }
    });
    let of_figures = report.metrics.iter().map(|finding| {
        let differs = finding.verdict == Verdict::Differs;
        let failure = differs.then(|| {
            let told = sentence(finding);
            (told.clone(), format!("{}: {told}", finding.metric))
        });
        Case { name: finding.metric.clone(), failure }
    });
    digest.into_iter().chain(of_figures).collect()
}

fn seconds(time: f64) -> String {
    format!("{time:.3}")
}
