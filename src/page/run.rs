//! The page of a run.

use super::folder::Run;
use super::frame::{self, Head, Section};
use super::held::Held;
use super::{
    applications, attacks, faults, live, network, operations, overview, plots, repeat, verdict,
};
use maud::{Markup, html};

/// The page.
pub fn page(run: &Run) -> Markup {
    let result = &run.result;
    let on_sockets = result.text("transport") == "udp";
    let digest = Some(result.text("digest")).filter(|digest| !digest.is_empty());
    let mut marks = vec![("Seed", result.written("seed"))];
    marks.extend(digest.map(|digest| ("Digest", digest.to_owned())));
    let clock = if on_sockets { "Real time" } else { "Virtual time" };
    marks.extend(overview::length(result).map(|length| (clock, length)));
    marks.push(("Written by", format!("kadsim {}", run.version())));
    let mut notices: Vec<String> = frame::of_version(&run.version()).into_iter().collect();
    if result.is("partial") {
        notices.push(
            "The run was interrupted: figures cover what was measured until then.".to_owned(),
        );
    }
    if on_sockets {
        notices.push("The nodes ran on UDP sockets of one host, in real time.".to_owned());
    }
    let head = Head {
        name: result.text("name"),
        kind: "A simulated Kademlia network",
        description: result.text("scenario.description"),
        marks,
        notices,
    };
    frame::page(&head, &sections(run))
}

fn sections(run: &Run) -> Vec<Section> {
    let result = &run.result;
    let scenario = result.at("scenario").expect("a run without one was refused");
    let section = |id: &str, heading: &str, content| Section::new(id, heading, content);
    let some = |id: &str, heading: &str, content: Option<Markup>| {
        content.map(|content| section(id, heading, content))
    };
    // The plots of applications stand beside their figures.
    let (applications, others) = applications::sections(result, &run.plots);
    let first = [
        Some(section(
            "scenario",
            "What was simulated",
            html! {
                (overview::tiles(result)) (overview::words(scenario))
            },
        )),
        some("verdict", "Verdict", verdict::show(result)),
        Some(section("operations", "Operations", operations::show(result))),
    ];
    let rest = [
        some("faults", "Faults", faults::show(result)),
        some("attacks", "Attacks", attacks::show(result)),
        some("live", "Beside live networks", live::show(run)),
        Some(section("plots", "Plots", plots::show(&others))),
        some("records", "Records", network::records(result)),
        Some(section("network", "Network and messages", network::show(result))),
        Some(section("repeat", "Repeat it", repeat::run(run))),
    ];
    first.into_iter().flatten().chain(applications).chain(rest.into_iter().flatten()).collect()
}
