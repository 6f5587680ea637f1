//! The inverse of the normal distribution function.

#![expect(clippy::excessive_precision, reason = "coefficients stand as they were published")]

/// The number that a standard normal variable stays below with probability `p`, for `p` in
/// `(0, 1)`; accurate to about 1 part in 10^16.
///
/// Three ratios of polynomials of degree 7, after M. J. Wichura, "Algorithm AS 241: The
/// Percentage Points of the Normal Distribution", Applied Statistics 37 (1988), 477-484 (the
/// more precise of its two variants, PPND16).
pub fn normal_quantile(p: f64) -> f64 {
    let from_centre = p - 0.5;
    if from_centre.abs() <= 0.425 {
        return from_centre * ratio(0.180_625 - from_centre * from_centre, &CENTRE);
    }
    let tail = if from_centre < 0.0 { p } else { 1.0 - p };
    let depth = libm::sqrt(-libm::log(tail));
    let quantile =
        if depth <= 5.0 { ratio(depth - 1.6, &TAIL) } else { ratio(depth - 5.0, &FAR_TAIL) };
    if from_centre < 0.0 { -quantile } else { quantile }
}

/// Coefficients of numerator and denominator, from the constant term upwards.
type Ratio = [[f64; 8]; 2];

fn ratio(x: f64, coefficients: &Ratio) -> f64 {
    let [numerator, denominator] =
        coefficients.map(|c| c.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient));
    numerator / denominator
}

/// Within 0.425 of one half, in `0.425^2 - (p - 0.5)^2`.
const CENTRE: Ratio = [
    [
        3.387_132_872_796_366_608,
        1.331_416_678_917_843_774_5e2,
        1.971_590_950_306_551_442_7e3,
        1.373_169_376_550_946_112_5e4,
        4.592_195_393_154_987_145_7e4,
        6.726_577_092_700_870_085_3e4,
        3.343_057_558_358_812_810_5e4,
        2.509_080_928_730_122_672_7e3,
    ],
    [
        1.0,
        4.231_333_070_160_091_125_2e1,
        6.871_870_074_920_579_083e2,
        5.394_196_021_424_751_107_7e3,
        2.121_379_430_158_659_586_7e4,
        3.930_789_580_009_271_061e4,
        2.872_908_573_572_194_267_4e4,
        5.226_495_278_852_854_561e3,
    ],
];

/// Outside, down to `exp(-25)`, in `sqrt(-ln(p)) - 1.6`.
const TAIL: Ratio = [
    [
        1.423_437_110_749_683_577_34,
        4.630_337_846_156_545_295_9,
        5.769_497_221_460_691_405_5,
        3.647_848_324_763_204_605_04,
        1.270_458_252_452_368_382_58,
        2.417_807_251_774_506_117_7e-1,
        2.272_384_498_926_918_458_33e-2,
        7.745_450_142_783_414_076_4e-4,
    ],
    [
        1.0,
        2.053_191_626_637_758_821_87,
        1.676_384_830_183_803_849_4,
        6.897_673_349_851_000_045_5e-1,
        1.481_039_764_274_800_745_9e-1,
        1.519_866_656_361_645_719_66e-2,
        5.475_938_084_995_344_946e-4,
        1.050_750_071_644_416_843_24e-9,
    ],
];

/// Beyond, in `sqrt(-ln(p)) - 5`.
const FAR_TAIL: Ratio = [
    [
        6.657_904_643_501_103_777_2,
        5.463_784_911_164_114_369_9,
        1.784_826_539_917_291_335_8,
        2.965_605_718_285_048_912_3e-1,
        2.653_218_952_657_612_309_3e-2,
        1.242_660_947_388_078_438_6e-3,
        2.711_555_568_743_487_578_15e-5,
        2.010_334_399_292_288_132_65e-7,
    ],
    [
        1.0,
        5.998_322_065_558_879_376_9e-1,
        1.369_298_809_227_358_053_1e-1,
        1.487_536_129_085_061_485_25e-2,
        7.868_691_311_456_132_591e-4,
        1.846_318_317_510_054_681_8e-5,
        1.421_511_758_316_445_888_7e-7,
        2.044_263_103_389_939_785_64e-15,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Values to 15 digits, as tables of the normal distribution give them.
    #[test]
    fn known_quantiles() {
        let known = [
            (0.5, 0.0),
            (0.75, 0.674_489_750_196_082),
            (0.9, 1.281_551_565_544_6),
            (0.975, 1.959_963_984_540_05),
            (0.001, -3.090_232_306_167_81),
            (1e-10, -6.361_340_902_404_06),
        ];
        for (p, quantile) in known {
            assert!((normal_quantile(p) - quantile).abs() < 1e-13, "{p}: {}", normal_quantile(p));
        }
    }

    /// The distribution function, which `libm` has by way of `erfc`, leads back: a wrong digit
    /// in any of the 48 coefficients shows.
    #[test]
    fn is_the_inverse_of_the_distribution_function() {
        let below = |x: f64| 0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2);
        for exponent in 1..500 {
            let p = libm::pow(10.0, -f64::from(exponent) / 10.0) / 2.0;
            let back = below(normal_quantile(p));
            assert!((back / p - 1.0).abs() < 1e-13, "{p:e} -> {back:e}");
        }
        for i in 1..1_000 {
            let p = f64::from(i) / 1_000.0;
            assert!((below(normal_quantile(p)) - p).abs() < 1e-15, "{p}");
        }
    }
}
