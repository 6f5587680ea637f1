//! Nodes that come and go.

use super::estimate::Estimate;
use super::lookups::run;
use super::networks::{each, scenario};
use super::row::Sample;
use crate::runner;
use crate::time::{Duration, Instant};

/// Mean session in F17.
const SESSION: Duration = Duration::from_secs(3_600);

/// F17: share of the entries of a table whose nodes are gone.
///
/// Entries are looked at once in an interval, and nothing else may tell a table of a node. So the
/// tables are those of clients, which nobody asks; as they have fewer contacts than a bucket
/// holds, the paper's table is one bucket, and its refresh asks all of them. Of five nodes four are
/// servers with exponential sessions, and stay away so long that none is back before it was
/// missed: nearly exactly three mean sessions.
pub(super) fn stale(refresh_per_session: f64, sample: Sample) -> Vec<Estimate> {
    let refresh = Duration::from_secs_f64(SESSION.as_secs_f64() * refresh_per_session);
    let settings = [
        format!("phases.measurement={}s", 3 * refresh.as_nanos() / 1_000_000_000),
        "nodes.class.0.name=server".to_owned(),
        "nodes.class.0.share=0.8".to_owned(),
        "nodes.class.0.churn.model=lifetime".to_owned(),
        "nodes.class.0.churn.lifetime_distribution=exponential".to_owned(),
        format!("nodes.class.0.churn.lifetime_mean={}s", SESSION.as_secs_f64()),
        "nodes.class.0.churn.deadtime_distribution=weibull".to_owned(),
        "nodes.class.0.churn.deadtime_shape=20".to_owned(),
        format!("nodes.class.0.churn.deadtime_mean={}s", 3.0 * SESSION.as_secs_f64()),
        "nodes.class.1.name=client".to_owned(),
        "nodes.class.1.share=0.2".to_owned(),
        "nodes.class.1.mode=client".to_owned(),
        "kademlia.k=255".to_owned(),
        "kademlia.retries=0".to_owned(),
        "kademlia.failures_before_eviction=1".to_owned(),
        "kademlia.keep_stale=false".to_owned(),
        "kademlia.request_timeout=100ms".to_owned(),
        format!("kademlia.refresh_interval={}s", refresh.as_secs_f64()),
        "workload.0.rate=0.000001/d".to_owned(),
    ];
    let scenario = scenario(sample.each, &settings);
    let looks = each(sample.each, sample, |seed| {
        // By then all tables have been refreshed at times that are spread over one interval.
        let settled = runner::settle_until(&scenario, seed, Instant::ZERO + refresh * 2);
        let clients = settled.nodes().filter(|&node| !settled.serves(node));
        let shares = clients.filter_map(|node| {
            let contacts: Vec<_> = settled.node(node)?.table().contacts().collect();
            let gone = contacts.iter().filter(|&&contact| settled.node(contact).is_none());
            (!contacts.is_empty()).then(|| gone.count() as f64 / contacts.len() as f64)
        });
        let shares: Vec<f64> = shares.collect();
        (shares.iter().sum::<f64>() / shares.len() as f64, shares.len() as u64)
    });
    let means: Vec<f64> = looks.iter().map(|&(mean, _)| mean).collect();
    vec![Estimate::over_networks(&means, looks.iter().map(|&(_, tables)| tables).sum())]
}

/// F18: share of the nodes that are online, on average over an hour.
pub(super) fn availability(nodes: u32, sample: Sample) -> Vec<Estimate> {
    let settings = [
        "phases.measurement=1h".to_owned(),
        "churn.preset=kad-2007".to_owned(),
        "network.latency.delay=50ms".to_owned(),
        "workload.0.rate=0.000001/d".to_owned(),
    ];
    let runs = run(&scenario(nodes, &settings), sample);
    let share = |run: &runner::result::RunOutput| run.result.network.online_mean / f64::from(nodes);
    let means: Vec<f64> = runs.iter().map(share).collect();
    let all = u64::from(nodes) * u64::from(sample.networks);
    vec![Estimate::over_networks(&means, all)]
}
