//! Which packets are lost between the two links, each on its own.

use super::Packet;
use super::config::LossConfig;
use crate::rng::{PacketDraws, Purpose, Seed};

/// The loss of one run.
#[derive(Clone, Debug)]
pub struct Loss(Model);

#[derive(Clone, Debug)]
enum Model {
    None,
    /// Lost if the upper 63 bits of the packet's draw are below `threshold`; 63 and not 64, so
    /// that a rate of 1 has a threshold and loses every packet.
    Bernoulli {
        threshold: u64,
        draws: PacketDraws,
    },
}

impl Loss {
    /// The loss of this configuration.
    ///
    /// # Panics
    /// If the rate is not a probability.
    pub fn new(config: LossConfig, seed: Seed) -> Self {
        Loss(match config {
            LossConfig::None => Model::None,
            LossConfig::Bernoulli { rate } => {
                assert!((0.0..=1.0).contains(&rate), "a loss rate is a probability");
                let threshold = (rate * (1u64 << 63) as f64) as u64;
                Model::Bernoulli { threshold, draws: PacketDraws::new(seed, Purpose::PacketLoss) }
            }
        })
    }

    /// Whether this packet is lost.
    #[inline]
    pub fn takes(&self, packet: &Packet) -> bool {
        match &self.0 {
            Model::None => false,
            Model::Bernoulli { threshold, draws } => {
                draws.bits(u64::from(packet.sender.0), packet.number) >> 1 < *threshold
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::NodeIndex;
    use crate::time::Instant;

    fn lost(config: LossConfig, packets: u64) -> u64 {
        let loss = Loss::new(config, Seed(5));
        let (sender, receiver) = (NodeIndex(3), NodeIndex(4));
        let packet = |number| Packet { sender, receiver, number, size: 100, sent: Instant::ZERO };
        (0..packets).filter(|&number| loss.takes(&packet(number))).count() as u64
    }

    #[test]
    fn the_certain_rates_are_certain() {
        assert_eq!(lost(LossConfig::None, 1_000), 0);
        assert_eq!(lost(LossConfig::Bernoulli { rate: 0.0 }, 10_000), 0);
        assert_eq!(lost(LossConfig::Bernoulli { rate: 1.0 }, 10_000), 10_000);
    }

    /// Within four standard deviations of the binomial distribution.
    #[test]
    fn the_rate_of_loss_is_met() {
        for rate in [0.001, 0.01, 0.1, 0.5] {
            let packets = 200_000.0;
            let band = 4.0 * f64::sqrt(packets * rate * (1.0 - rate));
            let lost = lost(LossConfig::Bernoulli { rate }, packets as u64) as f64;
            assert!((lost - packets * rate).abs() < band, "rate {rate}: {lost} lost");
        }
    }
}
