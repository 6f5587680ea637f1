//! Means of each node's own: the first of the two stages of OverSim's `ParetoChurn`, after Yao,
//! Leonard, Wang and Loguinov, "Modeling Heterogeneous User Churn and Local Resilience of
//! Unstructured P2P Networks" (ICNP 2006).

use super::config::LengthDistribution;
use crate::protocol::NodeIndex;
use crate::rng::distribution::pareto_shifted;
use crate::rng::{PacketDraws, Purpose, Seed};
use crate::time::Duration;

/// The shape of all Pareto distributions of the model, as in both sources.
pub const SHAPE: f64 = 3.0;

/// The mean session and the mean absence of each node: computed from its index, never stored.
#[derive(Clone, Copy, Debug)]
pub struct Individual {
    draws: PacketDraws,
    /// Seconds, before the stretch.
    lifetime: f64,
    /// Seconds, before the stretch.
    deadtime: f64,
    stretch: f64,
}

impl Individual {
    /// The means of these nodes.
    ///
    /// A node with short sessions and absences has more of them than others, so the mean over
    /// all sessions is below the mean of the nodes' means. As in OverSim all means are stretched
    /// by one factor, so that the mean over all sessions of these nodes is `lifetime_mean`.
    pub fn new(
        seed: Seed,
        lifetime_mean: Duration,
        deadtime_mean: Duration,
        nodes: impl Iterator<Item = NodeIndex>,
    ) -> Self {
        let mut individual = Individual {
            draws: PacketDraws::new(seed, Purpose::IndividualMeans),
            lifetime: lifetime_mean.as_secs_f64(),
            deadtime: deadtime_mean.as_secs_f64(),
            stretch: 1.0,
        };
        let (mut online, mut cycles) = (0.0, 0.0);
        for node in nodes {
            let [session, absence] = individual.means(node);
            online += session / (session + absence);
            cycles += 1.0 / (session + absence);
        }
        if cycles > 0.0 {
            individual.stretch = individual.lifetime / (online / cycles);
        }
        individual
    }

    /// What the sessions and the absences of a node are drawn from.
    pub fn of(&self, node: NodeIndex) -> [LengthDistribution; 2] {
        self.means(node).map(|mean| {
            let mean = Duration::from_secs_f64(mean).max(Duration::from_nanos(1));
            LengthDistribution::ParetoShifted { mean, shape: SHAPE }
        })
    }

    /// Mean session and mean absence of a node, in seconds.
    fn means(&self, node: NodeIndex) -> [f64; 2] {
        let mean = |draw, mean| {
            let bits = self.draws.bits(u64::from(node.0), draw);
            pareto_shifted(bits, mean * (SHAPE - 1.0), SHAPE) * self.stretch
        };
        [mean(0, self.lifetime), mean(1, self.deadtime)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::distribution::testing::kolmogorov_smirnov;

    /// The means are Pareto distributed around the stretched one, and the mean over all
    /// sessions, of which a node has as many as cycles, is the configured one.
    #[test]
    fn means_are_pareto_distributed_and_stretched() {
        let hour = Duration::from_secs(3_600);
        let nodes = || (0..20_000).map(NodeIndex);
        let individual = Individual::new(Seed(5), hour * 2, hour, nodes());
        assert!(individual.stretch > 1.05, "{}", individual.stretch);
        for (stage, expected) in [(0, 2.0), (1, 1.0)] {
            let scale = 2.0 * expected * individual.stretch;
            let mut means: Vec<f64> =
                nodes().map(|node| individual.means(node)[stage] / 3_600.0).collect();
            means.sort_by(f64::total_cmp);
            let law = |x: f64| 1.0 - libm::pow(1.0 + x / scale, -SHAPE);
            assert!(kolmogorov_smirnov(&means, law) < 1.95);
        }
        let sums = nodes()
            .map(|node| individual.means(node))
            .fold([0.0; 2], |sums, [l, d]| [sums[0] + l / (l + d), sums[1] + 1.0 / (l + d)]);
        assert!((sums[0] / sums[1] / 7_200.0 - 1.0).abs() < 1e-9);
    }
}
