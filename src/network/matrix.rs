//! Reads a square matrix of round-trip times, as King, PlanetLab and others publish them.

use super::config::{Matrix, MatrixUnit};
use crate::time::Duration;
use std::io::Read;
use std::path::Path;

impl MatrixUnit {
    /// Divides a number of this unit into seconds: exact, where a factor of 0.001 is not.
    const fn per_second(self) -> f64 {
        match self {
            MatrixUnit::Seconds => 1.0,
            MatrixUnit::Milliseconds => 1e3,
            MatrixUnit::Microseconds => 1e6,
        }
    }
}

/// What can be wrong with a matrix file. Lines and columns count from 1; columns are numbers in
/// a row, not characters.
#[derive(Debug, thiserror::Error)]
pub enum MatrixError {
    /// The file cannot be read, unpacked or is no text.
    #[error("cannot read the matrix: {0}")]
    Io(#[from] std::io::Error),
    /// There are no numbers.
    #[error("the matrix has no rows")]
    Empty,
    /// A row is longer or shorter than the first.
    #[error("line {line}: a row of {found} numbers where the first has {expected}")]
    RowLength {
        /// Where.
        line: usize,
        /// Numbers in this row.
        found: usize,
        /// Numbers in the first row.
        expected: usize,
    },
    /// There are more or fewer rows than columns.
    #[error(
        "line {line}: the matrix ends after {rows} rows of {columns} numbers; it must be square"
    )]
    NotSquare {
        /// Where it ends: the last line with numbers.
        line: usize,
        /// How many rows.
        rows: usize,
        /// Numbers in each.
        columns: usize,
    },
    /// Something that is no finite number.
    #[error("line {line}, column {column}: '{text}' is not a number")]
    NotANumber {
        /// Where.
        line: usize,
        /// Where in the row.
        column: usize,
        /// What stands there.
        text: String,
    },
    /// A round-trip time below zero.
    #[error("line {line}, column {column}: a round-trip time of {text} is negative")]
    Negative {
        /// Where.
        line: usize,
        /// Where in the row.
        column: usize,
        /// What stands there.
        text: String,
    },
    /// No entry off the diagonal is above zero, so there is nothing to tell delays from.
    #[error("no round-trip time between different sites is above zero")]
    AllZero,
}

impl Matrix {
    /// Reads a file of round-trip times; unpacks it if its name ends in `.gz`.
    ///
    /// # Errors
    /// If the file cannot be read or is no square matrix of numbers.
    pub fn read(path: &Path, unit: MatrixUnit) -> Result<Self, MatrixError> {
        let mut file = std::fs::File::open(path)?;
        let mut text = String::new();
        if path.extension().is_some_and(|extension| extension == "gz") {
            flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text)?;
        } else {
            file.read_to_string(&mut text)?;
        }
        Matrix::parse(&text, unit)
    }

    /// Parses round-trip times: a row a line, numbers separated by white space or commas, `#`
    /// begins a comment, empty lines do not count. One-way delays are half of the times.
    ///
    /// # Errors
    /// If the text is no square matrix of numbers.
    pub fn parse(text: &str, unit: MatrixUnit) -> Result<Self, MatrixError> {
        let mut delays = Vec::new();
        let (mut rows, mut columns, mut last_line) = (0, 0, 0);
        for (line, row) in text.lines().enumerate().map(|(i, row)| (i + 1, row)) {
            let row = row.split('#').next().unwrap_or_default();
            let before = delays.len();
            let numbers =
                row.split(|c: char| c == ',' || c.is_whitespace()).filter(|text| !text.is_empty());
            for (i, text) in numbers.enumerate() {
                delays.push(one_way(text, unit, line, i + 1)?);
            }
            let found = delays.len() - before;
            if found == 0 {
                continue;
            }
            if rows == 0 {
                columns = found;
            }
            if found != columns {
                return Err(MatrixError::RowLength { line, found, expected: columns });
            }
            (rows, last_line) = (rows + 1, line);
        }
        if rows == 0 {
            return Err(MatrixError::Empty);
        }
        if rows != columns {
            return Err(MatrixError::NotSquare { line: last_line, rows, columns });
        }
        let matrix = Matrix { sites: rows, delays };
        if matrix.off_diagonal().all(Duration::is_zero) {
            return Err(MatrixError::AllZero);
        }
        Ok(matrix)
    }

    /// The smallest one-way delay above zero between two sites.
    ///
    /// # Panics
    /// If there is none; a matrix that was read has one.
    pub fn smallest(&self) -> Duration {
        let above_zero = self.off_diagonal().filter(|delay| !delay.is_zero());
        above_zero.min().expect("a matrix has a delay above zero")
    }

    fn off_diagonal(&self) -> impl Iterator<Item = Duration> {
        let off = |i: &usize| i / self.sites != i % self.sites;
        (0..self.delays.len()).filter(off).map(|i| self.delays[i])
    }
}

fn one_way(
    text: &str,
    unit: MatrixUnit,
    line: usize,
    column: usize,
) -> Result<Duration, MatrixError> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    let Some(number) = number else {
        return Err(MatrixError::NotANumber { line, column, text: text.into() });
    };
    if number < 0.0 {
        return Err(MatrixError::Negative { line, column, text: text.into() });
    }
    Ok(Duration::from_secs_f64(number / unit.per_second() / 2.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Matrix::parse(text, MatrixUnit::Milliseconds).expect_err("the text is wrong").to_string()
    }

    #[test]
    fn one_way_is_half_of_the_round_trip_in_any_unit_and_notation() {
        let expected = [0, 5_000, 10_000, 0].map(Duration::from_micros);
        let same = [
            ("# a comment\n0 10\n\n20 0\n", MatrixUnit::Milliseconds),
            ("0,10000 # here too\r\n20000,0\r\n", MatrixUnit::Microseconds),
            ("0,\t0.01\n0.02, 0e0", MatrixUnit::Seconds),
        ];
        for (text, unit) in same {
            let matrix = Matrix::parse(text, unit).expect("the text is a matrix");
            assert_eq!((matrix.sites, &matrix.delays[..]), (2, &expected[..]), "{text}");
        }
    }

    #[test]
    fn errors_name_the_place() {
        assert_eq!(error("0 1\n# c\n2 x"), "line 3, column 2: 'x' is not a number");
        assert_eq!(error("0 nan\n2 0"), "line 1, column 2: 'nan' is not a number");
        assert_eq!(error("0 1\n-2 0"), "line 2, column 1: a round-trip time of -2 is negative");
        assert_eq!(error("0 1\n2"), "line 2: a row of 1 numbers where the first has 2");
        assert_eq!(
            error("0 1\n\n"),
            "line 1: the matrix ends after 1 rows of 2 numbers; it must be square"
        );
        assert_eq!(error("# nothing\n"), "the matrix has no rows");
        assert_eq!(error("7"), "no round-trip time between different sites is above zero");
        let missing = Matrix::read(Path::new("no such file"), MatrixUnit::Seconds);
        assert!(matches!(missing, Err(MatrixError::Io(_))));
    }

    #[test]
    fn the_smallest_delay_is_off_the_diagonal_and_above_zero() {
        let matrix = Matrix::parse("1 0 8\n6 1 8\n8 8 1", MatrixUnit::Seconds);
        assert_eq!(matrix.expect("the text is a matrix").smallest(), Duration::from_secs(3));
    }

    /// PlanetLab's round-trip times between 490 hosts (Zhu et al., IEEE/ACM Transactions on
    /// Networking 25, 2017): median 135.0 ms, mean 146.8 ms.
    #[test]
    fn the_planetlab_matrix_has_its_known_statistics() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/PlanetLabData_1.gz");
        if !file.exists() {
            println!("skipped: {} is not here", file.display());
            return;
        }
        let matrix = Matrix::read(&file, MatrixUnit::Milliseconds).expect("the file is a matrix");
        assert_eq!(matrix.sites, 490);
        let mut times: Vec<f64> = matrix.off_diagonal().map(|d| 2e3 * d.as_secs_f64()).collect();
        times.sort_by(f64::total_cmp);
        let mean = times.iter().sum::<f64>() / times.len() as f64;
        let median = times[times.len() / 2];
        assert!((median - 135.0).abs() < 0.05 && (mean - 146.8).abs() < 0.05, "{median} {mean}");
    }
}
