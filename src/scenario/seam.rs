//! PLACEHOLDER, to be replaced when the network's own functions are there: this file's two
//! functions then call `RegionsConfig::default_table()` and `network::matrix::read(..)`.

use crate::network::config::{Matrix, MatrixUnit, RegionsConfig};
use crate::time::Duration;
use std::path::Path;

/// PLACEHOLDER for `RegionsConfig::default_table()`.
pub fn default_regions() -> RegionsConfig {
    let millis = [10, 45, 110, 45, 15, 90, 110, 90, 30];
    RegionsConfig {
        names: ["europe", "america", "asia"].map(str::to_owned).to_vec(),
        shares: vec![0.5, 0.25, 0.25],
        delays: millis.map(Duration::from_millis).to_vec(),
    }
}

/// PLACEHOLDER for `network::matrix::read(path, unit)`: plain text, a row a line. The error is
/// a message that continues "the file ...".
pub fn read_matrix(path: &Path, unit: MatrixUnit) -> Result<Matrix, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot be read: {error}"))?;
    let scale = match unit {
        MatrixUnit::Microseconds => 1e-6,
        MatrixUnit::Milliseconds => 1e-3,
        MatrixUnit::Seconds => 1.0,
    };
    let half = |word: &str| {
        let number: f64 =
            word.parse().map_err(|_| format!("holds {word:?}, which is no number"))?;
        Ok::<_, String>(Duration::from_secs_f64(number * scale / 2.0))
    };
    let delays = text.split_whitespace().map(half).collect::<Result<Vec<_>, _>>()?;
    let sites = text.lines().filter(|line| !line.trim().is_empty()).count();
    if sites == 0 || delays.len() != sites * sites {
        return Err(format!("holds {} numbers in {sites} lines, not a square", delays.len()));
    }
    Ok(Matrix { sites, delays })
}
