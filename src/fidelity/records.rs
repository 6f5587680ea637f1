//! How long records last that nobody stores again.

use super::estimate::Estimate;
use super::lookups::run;
use super::networks::scenario;
use super::row::Sample;
use crate::time::Duration;

/// F15, F16: share of the records that somebody holds at an age of so many minutes.
///
/// Records are put at the beginning, in a network that has long been coming and going; nobody
/// leaves in good order, and nothing is stored again. What nodes that were away put later does not
/// come to that age and is left out.
pub(super) fn survival(
    nodes: u32,
    k: usize,
    churn: &[&str],
    minutes: u64,
    sample: Sample,
) -> Vec<Estimate> {
    let age = Duration::from_secs(60 * minutes);
    let settings = [
        "phases.transition=1m".to_owned(),
        format!("phases.measurement={}m", minutes + 1),
        "output.sample_interval=1h".to_owned(),
        format!("kademlia.k={k}"),
        "kademlia.replicate_interval=never".to_owned(),
        "kademlia.republish_interval=never".to_owned(),
        "kademlia.record_expiry=1000d".to_owned(),
        "churn.model=lifetime".to_owned(),
        "churn.graceful_leave_probability=0".to_owned(),
        "workload.0.kind=put-get".to_owned(),
        // At least one search there has to be.
        "workload.0.total_count=1".to_owned(),
        "kademlia.cache_on_path=false".to_owned(),
        "workload.0.record_size=1B".to_owned(),
        format!("workload.0.records_per_node={}", sample.each),
    ];
    let churn = churn.iter().map(|&setting| setting.to_owned());
    let settings: Vec<_> = settings.into_iter().chain(churn).collect();
    let runs = run(&scenario(nodes, &settings), sample);
    let mut shares = Vec::new();
    let mut records = 0;
    for run in &runs {
        let log = run.result.records.log;
        assert_eq!(log.kept, log.total, "the log holds all records");
        let end = run.result.phases.last().expect("a run has phases").end;
        let held =
            run.records.iter().filter_map(|life| Some((life.first_held?, life.last_seen(end)?)));
        let old = held.filter(|&(first, _)| end.saturating_since(first) >= age);
        let ages: Vec<_> = old.map(|(first, last)| last.saturating_since(first)).collect();
        let alive = ages.iter().filter(|&&reached| reached >= age).count();
        shares.push(alive as f64 / ages.len() as f64);
        records += ages.len() as u64;
    }
    vec![Estimate::over_networks(&shares, records)]
}
