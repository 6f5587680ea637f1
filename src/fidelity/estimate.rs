//! Means, with what chance makes of them.

/// A mean over several networks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Estimate {
    pub mean: f64,
    pub standard_error: f64,
    /// Standard deviation of a single sample; zero if that is not known.
    pub deviation: f64,
    /// Standard deviation of networks beyond that of their samples; zero if that is not known.
    pub between: f64,
    pub networks: u32,
    /// Paths, lookups or tables over all networks.
    pub samples: u64,
}

impl Estimate {
    /// The mean of `means`, one of each network, over `samples` in all.
    ///
    /// Paths and tables of one network share its keys and are correlated; networks of different
    /// seeds share nothing. So the standard error comes from the spread between the networks.
    pub fn over_networks(means: &[f64], samples: u64) -> Self {
        let (mean, variance) = moments(means);
        let standard_error = libm::sqrt(variance / means.len() as f64);
        let networks = means.len() as u32;
        Estimate { mean, standard_error, deviation: 0.0, between: 0.0, networks, samples }
    }

    /// The mean of `values`, one of each lookup.
    ///
    /// Lookups of random keys by random nodes are as good as independent: between networks
    /// their means spread no more than within one.
    pub fn over_lookups(values: &[f64], networks: u32) -> Self {
        let (mean, variance) = moments(values);
        Estimate {
            mean,
            standard_error: libm::sqrt(variance / values.len() as f64),
            deviation: libm::sqrt(variance),
            between: 0.0,
            networks,
            samples: values.len() as u64,
        }
    }

    /// The mean of `values`, those of each network apart, where networks differ by more than chance
    /// makes of their lookups: the standard error is that of their means.
    pub fn over_both(values: &[Vec<f64>]) -> Self {
        let all: Vec<f64> = values.iter().flatten().copied().collect();
        let means: Vec<f64> = values.iter().map(|of_one| moments(of_one).0).collect();
        let within = moments(&all).1 * values.len() as f64 / all.len() as f64;
        let between = libm::sqrt((moments(&means).1 - within).max(0.0));
        let lookups = Estimate::over_lookups(&all, values.len() as u32);
        let networks = Estimate::over_networks(&means, lookups.samples);
        Estimate { between, standard_error: networks.standard_error, ..lookups }
    }

    /// A share of `samples` that is not a matter of chance.
    pub fn certain(mean: f64, networks: u32, samples: u64) -> Self {
        let zero = Estimate::over_networks(&[mean], samples);
        Estimate { networks, ..zero }
    }

    /// The same divided by a number that is known exactly.
    pub fn divided_by(self, divisor: f64) -> Self {
        let standard_error = self.standard_error / divisor;
        Estimate { mean: self.mean / divisor, standard_error, ..self }
    }

    /// The square root, by the first-order propagation of the error.
    pub fn root(self) -> Self {
        let mean = libm::sqrt(self.mean);
        Estimate { mean, standard_error: self.standard_error / (2.0 * mean), ..self }
    }
}

/// Mean and variance; the variance of a single value is zero.
fn moments(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, if values.len() < 2 { 0.0 } else { squares / (count - 1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_error_is_that_of_the_mean() {
        let estimate = Estimate::over_networks(&[2.0, 4.0, 6.0], 30);
        assert_eq!((estimate.mean, estimate.networks, estimate.samples), (4.0, 3, 30));
        // Variance 4 with two degrees of freedom, over three values.
        assert!((estimate.standard_error - libm::sqrt(4.0 / 3.0)).abs() < 1e-12);
        let root = estimate.root();
        assert_eq!((root.mean, root.standard_error), (2.0, estimate.standard_error / 4.0));
        assert_eq!(estimate.divided_by(2.0).mean, 2.0);
        assert_eq!(Estimate::over_networks(&[5.0], 1).standard_error, 0.0);
        // Networks of means 2 and 6, their values 1 apart: variance 8 between the means, of which
        // the values explain (5 + 5 + 3 + 3) / 3 / 2 once more each.
        let both = Estimate::over_both(&[vec![1.0, 3.0], vec![5.0, 7.0]]);
        assert_eq!((both.mean, both.standard_error, both.samples), (4.0, 2.0, 4));
        assert!((both.between - libm::sqrt(8.0 - 20.0 / 3.0 / 2.0)).abs() < 1e-12, "{both:?}");
        let lookups = Estimate::over_lookups(&[2.0, 4.0, 6.0], 1);
        assert_eq!((lookups.deviation, lookups.samples), (2.0, 3));
        assert_eq!(lookups.standard_error, estimate.standard_error);
    }
}
