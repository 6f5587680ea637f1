//! Choices that are written as a word: every enum of a scenario and how its values are spelled.

use super::{Bootstrap, Joins, PlotFormat, Preset};
use crate::graph::export::Format as ExportFormat;
use crate::graph::read::Format;
use crate::kademlia::params::{Conflicts, Eviction, Parallelism, Precautions, Stop};
use crate::network::config::{JitterDistribution, MatrixUnit, Mode, RouteChoice};
use crate::network::faults::config::{Direction, Effect};
use crate::units::Notation;
use crate::workload::config::{Arrivals, Selection};
use crate::workload::trace::Naming;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::marker::PhantomData;

/// An enum whose values are written as words.
pub trait Choice: Copy + PartialEq + 'static {
    /// Each value with its word, in the order in which they are listed to the user.
    const WORDS: &'static [(&'static str, Self)];

    /// The word for this value.
    fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, value)| *value == self);
        found.expect("every value has a word").0
    }
}

/// A choice as it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<T>(pub T);

impl<T: Choice> Notation for Word<T> {
    fn allowed() -> String {
        let words: Vec<String> = T::WORDS.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        words.join(" or ")
    }

    fn from_text(text: &str) -> Option<Self> {
        T::WORDS.iter().find(|(word, _)| *word == text).map(|(_, value)| Word(*value))
    }
}

impl<'de, T: Choice> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(crate::units::NotationVisitor(PhantomData))
    }
}

impl<T: Choice> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.word())
    }
}

macro_rules! choice {
    ($type:ty: $($word:literal = $value:ident),+ $(,)?) => {
        impl Choice for $type {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$value)),+];
        }
    };
}

/// `network.latency.model`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatencyName {
    /// The same delay for all.
    Constant,
    /// Drawn for every packet.
    Uniform,
    /// Drawn for every pair.
    LogNormal,
    /// By place in a plane, and height.
    Coordinates,
    /// By region.
    Regions,
    /// By a measured matrix.
    Matrix,
    /// By the ways through the graph of `[network.underlay]`.
    Graph,
}

/// `topology.kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopologyName {
    /// No graph: contacts are drawn from those online.
    Drawn,
    /// Dedicated bootstrap nodes.
    Bootstrap,
    /// A graph that an underlay can have as well.
    Graph(GraphKind),
}

/// `network.underlay.kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphKind {
    /// Everyone with everyone.
    FullMesh,
    /// One after the other.
    Ring,
    /// All around one.
    Star,
    /// So many pairs.
    Random,
    /// Each pair on its own.
    ErdosRenyi,
    /// As many neighbours each.
    RandomRegular,
    /// A ring with short cuts.
    WattsStrogatz,
    /// Those with many neighbours get more.
    BarabasiAlbert,
    /// Rows and columns.
    Grid,
    /// A grid without an edge.
    Torus,
    /// From a root.
    Tree,
    /// By distance in a square.
    Waxman,
    /// Transit domains, and stub domains around them.
    TransitStub,
    /// As a file has it.
    File,
}

/// `network.loss.model`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossName {
    /// Nothing is lost.
    None,
    /// Each packet on its own.
    Bernoulli,
    /// In bursts.
    GilbertElliott,
}

/// `fault.kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultName {
    /// Groups of nodes are apart.
    Partition,
    /// Ways are worse.
    Degradation,
    /// Nodes vanish.
    Crash,
    /// Many nodes join.
    FlashCrowd,
    /// Nodes answer late.
    SlowNodes,
    /// Clocks run wrong.
    TimerSkew,
    /// A region is gone.
    Outage,
}

/// `churn.model`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChurnName {
    /// Nodes stay.
    None,
    /// Sessions and absences.
    Lifetime,
    /// Sessions and absences around means of each node's own.
    Pareto,
    /// Of nodes drawn at random.
    Random,
    /// From a file.
    Trace,
}

/// `churn.preset`: sessions and absences as they were measured in a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChurnPreset {
    /// KAD, 2006 and 2007.
    Kad,
    /// Debian's swarm, before 2006.
    Debian,
    /// IPFS, 2022.
    Ipfs,
}

/// `churn.lifetime_distribution` and `churn.deadtime_distribution`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DistributionName {
    /// Weibull.
    Weibull,
    /// Exponential.
    Exponential,
    /// Shifted Pareto (Lomax).
    ParetoShifted,
    /// Lognormal.
    LogNormal,
}

/// `workload.kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindName {
    /// Lookups of random keys.
    Lookup,
    /// Puts, then gets.
    PutGet,
    /// Provider announcements, then searches.
    Provide,
    /// Services that are advertised, found and called.
    Services,
    /// Blocks that are announced, found and fetched.
    Blocks,
    /// Records that all nodes read and write.
    Registers,
}

/// `workload.handler_time_distribution`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandlerTimeName {
    /// Always the same.
    Constant,
    /// Exponential.
    Exponential,
}

/// `attack.kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttackName {
    /// No answer.
    Drop,
    /// Nodes that do not exist.
    Nonexistent,
    /// Adversaries only.
    Colluders,
    /// Wrong values.
    Poison,
    /// Requests.
    Flood,
    /// Keys near a key.
    Sybil,
    /// Keys near a key, and adversaries only.
    EclipseKey,
    /// Keys in all buckets of a node.
    EclipseNode,
}

/// `workload.popularity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PopularityName {
    /// All alike.
    Uniform,
    /// By rank.
    Zipf,
}

impl Choice for TopologyName {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("drawn", TopologyName::Drawn),
        ("full-mesh", TopologyName::Graph(GraphKind::FullMesh)),
        ("ring", TopologyName::Graph(GraphKind::Ring)),
        ("star", TopologyName::Graph(GraphKind::Star)),
        ("random", TopologyName::Graph(GraphKind::Random)),
        ("bootstrap", TopologyName::Bootstrap),
        ("erdos-renyi", TopologyName::Graph(GraphKind::ErdosRenyi)),
        ("random-regular", TopologyName::Graph(GraphKind::RandomRegular)),
        ("watts-strogatz", TopologyName::Graph(GraphKind::WattsStrogatz)),
        ("barabasi-albert", TopologyName::Graph(GraphKind::BarabasiAlbert)),
        ("grid", TopologyName::Graph(GraphKind::Grid)),
        ("torus", TopologyName::Graph(GraphKind::Torus)),
        ("tree", TopologyName::Graph(GraphKind::Tree)),
        ("waxman", TopologyName::Graph(GraphKind::Waxman)),
        ("transit-stub", TopologyName::Graph(GraphKind::TransitStub)),
        ("file", TopologyName::Graph(GraphKind::File)),
    ];
}

choice!(Bootstrap: "organic" = Organic, "warm" = Warm, "random" = Random);
choice!(Joins: "drawn" = Drawn, "even" = Even);
choice!(Preset:
    "paper" = Paper, "mainline" = Mainline, "go-libp2p" = GoLibp2p, "rust-libp2p" = RustLibp2p);
choice!(Parallelism: "loose" = Loose, "strict" = Strict);
choice!(Stop:
    "k-closest" = KClosest, "beta-closest" = BetaClosest, "no-closer" = NoCloser);
choice!(Eviction:
    "ping-oldest" = PingOldest, "replace-useless" = ReplaceUseless, "pending" = Pending);
choice!(Conflicts: "last-come" = LastCome, "newest" = Newest);
choice!(ExportFormat: "dot" = Dot, "graphml" = GraphMl, "gml" = Gml, "gexf" = Gexf);
choice!(Precautions: "none" = None, "open" = Open);
choice!(LatencyName:
    "constant" = Constant, "uniform" = Uniform, "lognormal" = LogNormal,
    "coordinates" = Coordinates, "regions" = Regions, "matrix" = Matrix, "graph" = Graph);
choice!(Mode: "server" = Server, "client" = Client);
choice!(JitterDistribution: "uniform" = Uniform, "exponential" = Exponential);
choice!(GraphKind:
    "full-mesh" = FullMesh, "ring" = Ring, "star" = Star, "random" = Random,
    "erdos-renyi" = ErdosRenyi, "random-regular" = RandomRegular,
    "watts-strogatz" = WattsStrogatz, "barabasi-albert" = BarabasiAlbert, "grid" = Grid,
    "torus" = Torus, "tree" = Tree, "waxman" = Waxman, "transit-stub" = TransitStub,
    "file" = File);
choice!(Format: "gml" = Gml, "graphml" = GraphMl, "edge-list" = EdgeList);
choice!(RouteChoice: "shortest" = Shortest, "direct" = Direct);
choice!(MatrixUnit: "us" = Microseconds, "ms" = Milliseconds, "s" = Seconds);
choice!(LossName:
    "none" = None, "bernoulli" = Bernoulli, "gilbert-elliott" = GilbertElliott);
choice!(FaultName:
    "partition" = Partition, "degradation" = Degradation, "crash" = Crash,
    "flash-crowd" = FlashCrowd, "slow-nodes" = SlowNodes, "timer-skew" = TimerSkew,
    "outage" = Outage);
choice!(Direction: "both" = Both, "out" = Out, "in" = In);
choice!(Effect: "offline" = Offline, "unreachable" = Unreachable);
choice!(ChurnName:
    "none" = None, "lifetime" = Lifetime, "pareto" = Pareto, "random" = Random, "trace" = Trace);
choice!(ChurnPreset:
    "kad-2007" = Kad, "bittorrent-debian" = Debian, "ipfs-2022" = Ipfs);
choice!(Naming: "index" = Index, "name" = Name);
choice!(DistributionName:
    "weibull" = Weibull, "exponential" = Exponential, "pareto_shifted" = ParetoShifted,
    "lognormal" = LogNormal);
choice!(AttackName:
    "drop" = Drop, "nonexistent" = Nonexistent, "colluders" = Colluders, "poison" = Poison,
    "flood" = Flood, "sybil" = Sybil, "eclipse-key" = EclipseKey, "eclipse-node" = EclipseNode);
choice!(KindName:
    "lookup" = Lookup, "put-get" = PutGet, "provide" = Provide, "services" = Services,
    "blocks" = Blocks, "registers" = Registers);
choice!(Selection:
    "round-robin" = RoundRobin, "random" = Random, "least-loaded" = LeastLoaded);
choice!(HandlerTimeName: "constant" = Constant, "exponential" = Exponential);
choice!(Arrivals: "poisson" = Poisson, "fixed" = Fixed, "at-once" = AtOnce);
choice!(PopularityName: "uniform" = Uniform, "zipf" = Zipf);
choice!(PlotFormat: "svg" = Svg, "png" = Png);
