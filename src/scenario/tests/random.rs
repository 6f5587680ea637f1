//! Random scenarios: what is printed reads back as the same scenario.

use super::faults::faults;
use super::parse;
use super::random_lists::{attacks, defended, nodes, snapshots, verdict, workload};
use crate::graph::config::{Density, GraphConfig, TransitStub};
use crate::kademlia::params::{Conflicts, Eviction, Parallelism, Params, Precautions, Stop};
use crate::network::config::{
    ClassConfig, CoordinatesConfig, GilbertElliottConfig, JitterDistribution, LatencyConfig,
    LatencyModel, LinkLossConfig, LossConfig, Mode, NetworkConfig, RegionsConfig, RouteChoice,
    UnderlayConfig,
};
use crate::scenario::{
    Bootstrap, CheckerConfig, OutputConfig, Phases, PlotFormat, Preset, Scenario,
};
use crate::time::Duration;
use crate::workload::config::{
    ChurnConfig, DiurnalConfig, LengthDistribution, RandomChurnConfig, WorkloadConfig, WorkloadKind,
};
use proptest::prelude::*;

pub(super) fn lengths(shortest: Duration, longest: Duration) -> impl Strategy<Value = Duration> {
    (shortest.as_nanos()..=longest.as_nanos()).prop_map(Duration::from_nanos)
}

fn intervals() -> impl Strategy<Value = Option<Duration>> {
    proptest::option::of(lengths(Duration::from_secs(1), Duration::from_secs(1_000_000)))
}

fn shares(count: usize) -> impl Strategy<Value = Vec<f64>> {
    proptest::collection::vec(1u32..1_000, count).prop_map(|weights| {
        let sum: u32 = weights.iter().sum();
        weights.iter().map(|&weight| f64::from(weight) / f64::from(sum)).collect()
    })
}

fn params() -> impl Strategy<Value = (Preset, Params)> {
    let preset = prop_oneof![
        Just(Preset::Paper),
        Just(Preset::Mainline),
        Just(Preset::GoLibp2p),
        Just(Preset::RustLibp2p)
    ];
    let words = (
        prop_oneof![Just(Parallelism::Loose), Just(Parallelism::Strict)],
        prop_oneof![Just(Stop::KClosest), Just(Stop::BetaClosest), Just(Stop::NoCloser)],
        prop_oneof![
            Just(Eviction::PingOldest),
            Just(Eviction::ReplaceUseless),
            Just(Eviction::Pending)
        ],
    );
    let second = Duration::from_secs(1);
    let numbers = (1usize..=255, 1usize..=255, 0usize..500, 0u32..=100, 0usize..=255);
    let dials = (proptest::option::of(lengths(second, second * 60)), lengths(second, second * 600));
    let times = (intervals(), intervals(), lengths(second, second * 60), intervals(), dials);
    (preset, words, numbers, times, any::<[bool; 4]>()).prop_map(
        |(preset, (parallelism, stop, eviction), numbers, times, switches)| {
            let (k, alpha, more, retries, replacements) = numbers;
            let (replicate_interval, republish_interval, request_timeout, short, dials) = times;
            let (dial_timeout, connection_idle) = dials;
            let params = Params {
                k,
                alpha,
                beta: 1 + more % k,
                candidates: k + more,
                parallelism,
                stop,
                eviction,
                retries,
                // A newcomer waits among the replacements.
                replacements: replacements.max(usize::from(eviction == Eviction::Pending)),
                replicate_interval,
                republish_interval,
                request_timeout,
                dial_timeout,
                connection_idle,
                short_timeout: short.filter(|&short| short < request_timeout),
                conflicts: if more % 3 == 0 { Conflicts::Newest } else { Conflicts::LastCome },
                follow_up: switches[0],
                keep_stale: switches[1],
                cache_on_path: switches[2],
                disjoint_paths: 1 + more % k,
                verify_contacts: more % 2 == 1,
                precautions: if switches[3] { Precautions::Open } else { Precautions::None },
                ..defended(preset.params(), more)
            };
            (preset, params)
        },
    )
}

fn latency() -> impl Strategy<Value = LatencyConfig> {
    let millis = || lengths(Duration::from_millis(1), Duration::from_secs(10));
    let regions = (1usize..5).prop_flat_map(move |count| {
        (shares(count), proptest::collection::vec(millis(), count * count)).prop_map(
            move |(shares, delays)| {
                let names = (0..count).map(|index| format!("region {index}.x")).collect();
                LatencyModel::Regions(RegionsConfig { names, shares, delays })
            },
        )
    });
    let graph = underlays().prop_map(LatencyModel::Graph);
    let model = prop_oneof![
        graph,
        millis().prop_map(|delay| LatencyModel::Constant { delay }),
        (millis(), millis()).prop_map(|(min, more)| LatencyModel::Uniform { min, max: min + more }),
        (millis(), 0.0..=5.0).prop_map(|(median, sigma)| LatencyModel::LogNormal { median, sigma }),
        (millis(), millis(), 0.0..=5.0, millis()).prop_map(
            |(spread, height_median, height_sigma, smallest)| LatencyModel::Coordinates(
                CoordinatesConfig { spread, height_median, height_sigma, smallest }
            )
        ),
        regions,
    ];
    let jitter =
        prop_oneof![Just(JitterDistribution::Uniform), Just(JitterDistribution::Exponential)];
    (model, millis(), jitter, 0.0..=0.9).prop_map(
        |(model, jitter, jitter_distribution, asymmetry)| LatencyConfig {
            model,
            jitter,
            jitter_distribution,
            asymmetry,
        },
    )
}

/// Graphs of 100 vertices.
fn graphs() -> impl Strategy<Value = GraphConfig> {
    let share = || 0.0..=1.0;
    prop_oneof![
        Just(GraphConfig::FullMesh),
        Just(GraphConfig::Ring),
        Just(GraphConfig::Star),
        share().prop_map(|connection_ratio| GraphConfig::Random { connection_ratio }),
        share().prop_map(|p| GraphConfig::ErdosRenyi(Density::Probability(p))),
        (0.0..99.0).prop_map(|mean| GraphConfig::ErdosRenyi(Density::MeanDegree(mean))),
        (1u32..99).prop_map(|degree| GraphConfig::RandomRegular { degree }),
        (1u32..40, share()).prop_map(|(half, rewiring)| GraphConfig::WattsStrogatz {
            neighbours: 2 * half,
            rewiring
        }),
        (1u32..99).prop_map(|edges_per_node| GraphConfig::BarabasiAlbert { edges_per_node }),
        proptest::option::of(1u32..=100).prop_map(|columns| GraphConfig::Grid { columns }),
        Just(GraphConfig::Torus { columns: Some(10) }),
        (1u32..9).prop_map(|branching| GraphConfig::Tree { branching }),
        (0.01..=1.0, 0.01..=1.0).prop_map(|(alpha, beta)| GraphConfig::Waxman { alpha, beta }),
        (1u32..4, 1u32..4, share(), share(), 0u32..4).prop_map(
            |(domains, nodes, transit, stub, extra)| {
                GraphConfig::TransitStub(TransitStub {
                    transit_domains: domains,
                    transit_nodes: nodes,
                    stubs_per_transit_node: 2,
                    transit_edge_probability: transit,
                    stub_edge_probability: stub,
                    // A lone transit vertex has all stub domains itself.
                    extra_transit_stub_edges: extra.min(domains * nodes - 1),
                    extra_stub_stub_edges: extra,
                })
            }
        ),
    ]
}

fn underlays() -> impl Strategy<Value = UnderlayConfig> {
    let millis = || lengths(Duration::ZERO, Duration::from_secs(10));
    let routes = prop_oneof![Just(RouteChoice::Shortest), Just(RouteChoice::Direct)];
    (graphs(), routes, millis(), millis()).prop_map(|(graph, routes, edge_latency, scaled)| {
        let is_placed = matches!(
            graph,
            GraphConfig::Grid { .. } | GraphConfig::Waxman { .. } | GraphConfig::TransitStub(_)
        );
        UnderlayConfig {
            graph,
            routers: 100,
            routes,
            edge_latency,
            latency_per_unit: if is_placed { scaled } else { Duration::from_millis(50) },
            pinned: Vec::new(),
        }
    })
}

fn network() -> impl Strategy<Value = NetworkConfig> {
    let loss = prop_oneof![
        Just(LossConfig::None),
        (0.0..=1.0).prop_map(|rate| LossConfig::Bernoulli { rate }),
        (0.0..=1.0, 0.0..=1.0, 0.0..=1.0, 0.0..=1.0).prop_map(
            |(good_to_bad, bad_to_good, loss_in_good, loss_in_bad)| {
                let config =
                    GilbertElliottConfig { good_to_bad, bad_to_good, loss_in_good, loss_in_bad };
                LossConfig::GilbertElliott(config)
            }
        ),
    ];
    let reach = (any::<bool>(), any::<bool>());
    let links = (proptest::option::of(1u64..1 << 40), 2048u64..=1 << 30, 0.0..=1.0, reach);
    let classes = (1usize..4).prop_flat_map(move |count| {
        (shares(count), proptest::collection::vec(links.clone(), count)).prop_map(
            |(shares, links)| {
                let items = shares.into_iter().zip(links).enumerate();
                let class =
                    |(index, (share, (uplink, queue, loss, (dialable, serves))))| ClassConfig {
                        name: format!("class \"{index}\""),
                        share,
                        uplink,
                        downlink: uplink.map(|rate| rate * 3),
                        queue,
                        // Somebody must be there to be asked.
                        dialable: dialable || index == 0,
                        mode: if serves || index == 0 { Mode::Server } else { Mode::Client },
                        loss,
                    };
                items.map(class).collect::<Vec<ClassConfig>>()
            },
        )
    });
    let others = (0.0..=1.0, 0.0..=1.0, proptest::collection::vec(0.0..=1.0, 0..3), 0u32..100);
    (latency(), loss, classes, others).prop_map(
        |(mut latency, loss, classes, (duplication, corruption, rates, router))| {
            if let LatencyModel::Graph(underlay) = &mut latency.model {
                // The first class is pinned in most of the cases.
                underlay.pinned = vec![None; classes.len()];
                underlay.pinned[0] = Some(router).filter(|&router| router > 20);
                latency.asymmetry = 0.0;
            }
            let between = |rate| LinkLossConfig {
                from: classes[0].name.clone(),
                to: classes[classes.len() - 1].name.clone(),
                rate,
            };
            let loss_links = rates.into_iter().map(between).collect();
            let faults = Vec::new();
            NetworkConfig { latency, loss, loss_links, duplication, corruption, classes, faults }
        },
    )
}

/// Churn of nodes that live lives of their own, or stay.
fn lives() -> impl Strategy<Value = ChurnConfig> {
    let mean = || lengths(Duration::from_secs(1), Duration::from_secs(1_000_000));
    let distribution = move || {
        (0..4, mean(), 1.01..=10.0).prop_map(|(kind, mean, shape)| match kind {
            0 => LengthDistribution::Weibull { mean, shape },
            1 => LengthDistribution::Exponential { mean },
            2 => LengthDistribution::ParetoShifted { mean, shape },
            _ => LengthDistribution::LogNormal { mean, shape },
        })
    };
    let diurnal = || {
        let day = (1e-6..=1.0, mean(), mean());
        let day =
            day.prop_map(|(amplitude, period, peak)| DiurnalConfig { amplitude, period, peak });
        proptest::option::of(day)
    };
    let lifetime = (distribution(), distribution(), 0.0..=1.0, diurnal()).prop_map(
        |(lifetime, deadtime, graceful_leave_probability, diurnal)| ChurnConfig::Lifetime {
            lifetime,
            deadtime,
            graceful_leave_probability,
            diurnal,
        },
    );
    let pareto = (mean(), mean(), 0.0..=1.0, diurnal()).prop_map(
        |(lifetime_mean, deadtime_mean, graceful_leave_probability, diurnal)| ChurnConfig::Pareto {
            lifetime_mean,
            deadtime_mean,
            graceful_leave_probability,
            diurnal,
        },
    );
    prop_oneof![Just(ChurnConfig::None), lifetime, pareto]
}

/// Churn of all nodes, and of the first class.
fn churn() -> impl Strategy<Value = (ChurnConfig, Option<ChurnConfig>)> {
    let rate = || proptest::option::of(1e-6..1e3);
    let random = (1e-6..1e3, rate(), rate(), 0.0..=1.0, 0.0..=1.0).prop_map(
        |(join_rate, leave_rate, migration_rate, online_share, graceful_leave_probability)| {
            ChurnConfig::Random(RandomChurnConfig {
                join_rate: Some(join_rate),
                leave_rate,
                migration_rate,
                online_share,
                graceful_leave_probability,
            })
        },
    );
    prop_oneof![
        3 => (lives(), proptest::option::of(lives())),
        1 => random.prop_map(|config| (config, None)),
    ]
}

/// No more blocks, nor copies of one, than so many nodes may have.
fn fitted(mut workload: WorkloadConfig, count: u32) -> WorkloadConfig {
    if let WorkloadKind::Blocks(blocks) = &mut workload.kind {
        blocks.per_node = blocks.per_node.min((10_000_000 / count).max(1));
        blocks.copies = blocks.copies.min(count);
    }
    workload
}

/// Graphs of first contacts of 100 nodes.
fn topologies() -> impl Strategy<Value = Option<GraphConfig>> {
    let bootstrap = (1u32..=100, 0u32..100).prop_map(|(bootstrap_nodes, more)| {
        let known_bootstrap_nodes = 1 + more % bootstrap_nodes;
        GraphConfig::Bootstrap { bootstrap_nodes, known_bootstrap_nodes }
    });
    proptest::option::of(prop_oneof![1 => bootstrap, 9 => graphs()])
}

fn scenarios() -> impl Strategy<Value = Scenario> {
    let texts = ("[a-z][a-z 0-9-]{0,20}", "\\PC*", any::<u64>());
    let bootstraps =
        prop_oneof![Just(Bootstrap::Organic), Just(Bootstrap::Warm), Just(Bootstrap::Random)];
    let run = (
        1u32..100_000_000,
        bootstraps,
        topologies(),
        lengths(Duration::ZERO, Duration::from_secs(1)),
    );
    let outer = (0.0..=1.0, 0u64..1 << 50, snapshots(), attacks());
    let workloads = proptest::collection::vec(workload(), 1..4);
    let network =
        (network(), faults()).prop_map(|(network, faults)| NetworkConfig { faults, ..network });
    (texts, run, params(), network, churn(), workloads, outer).prop_map(
        |((name, description, seed), run, (preset, kademlia), network, churn, workloads, outer)| {
            let (count, bootstrap, topology, extra) = run;
            // No warm start has one.
            let topology = topology.filter(|_| bootstrap != Bootstrap::Warm);
            let count = if topology.is_some() { 100 } else { count };
            let phases = Phases {
                init: extra,
                transition: Duration::from_secs(1) + extra,
                measurement: Duration::from_secs(100) + extra,
            };
            Scenario {
                name,
                description,
                seed,
                phases,
                nodes: nodes(count, bootstrap, &kademlia),
                topology,
                preset,
                kademlia,
                network,
                churn: churn.0,
                class_churn: churn.1.map(|config| (0, config)).into_iter().collect(),
                workloads: workloads.into_iter().map(|workload| fitted(workload, count)).collect(),
                checker: CheckerConfig { lookups: outer.0, tables: 1.0 - outer.0 },
                verdict: verdict(outer.0, extra),
                output: OutputConfig {
                    plots: if bootstrap == Bootstrap::Warm {
                        vec![]
                    } else {
                        vec![PlotFormat::Png]
                    },
                    sample_interval: Duration::from_secs(1) + extra,
                    operations_limit: outer.1,
                },
                // A single node has nobody to attack.
                attacks: if count > 1 { outer.3 } else { Vec::new() },
                snapshots: outer.2,
            }
        },
    )
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(scenario in scenarios()) {
        let text = scenario.to_toml();
        prop_assert_eq!(parse(&text, &[]), Ok(scenario), "{}", text);
    }
}
