//! What comes of the applications of a workload: figures, lines of the summary, and what is drawn.

use super::application::Application;
use crate::protocol::NodeIndex;
use crate::time::Instant;
use serde::Serialize;
use serde_json::{Map, Value};
use std::any::Any;

/// The applications of a workload when their run has ended.
#[derive(Debug)]
pub struct Ended<'a> {
    /// By node.
    pub applications: Vec<(NodeIndex, &'a dyn Application)>,
    /// When the measurement began.
    pub measured_from: Instant,
    /// When the run ended.
    pub end: Instant,
    /// Whether time was virtual, so that nothing is ever done later than planned.
    pub is_virtual: bool,
}

impl<'a> Ended<'a> {
    /// Those that are of this type.
    pub fn all<A: Application>(&self) -> impl Iterator<Item = (NodeIndex, &'a A)> {
        self.applications.iter().filter_map(|&(node, application)| {
            let application: &dyn Any = application;
            Some((node, application.downcast_ref()?))
        })
    }
}

/// What has come of a workload of applications.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Findings {
    /// What the workload is called.
    #[serde(rename = "kind")]
    pub workload: String,
    /// Everything that was counted. In `result.json` it stands beside the kind.
    #[serde(flatten)]
    pub figures: Map<String, Value>,
    /// Lines of the summary: what, and how much.
    #[serde(skip)]
    pub lines: Vec<(String, String)>,
    /// Times, drawn as the share that took no longer.
    #[serde(skip)]
    pub times: Vec<Times>,
    /// Amounts, largest first, drawn by rank.
    #[serde(skip)]
    pub amounts: Option<Amounts>,
}

/// Figures as a table.
///
/// # Panics
/// If they are no table of plain data.
pub fn table(figures: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(figures) {
        Ok(Value::Object(figures)) => figures,
        other => panic!("figures are a table of plain data: {other:?}"),
    }
}

/// Times of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Times {
    /// What took so long.
    pub name: String,
    /// Microseconds, and how many took no longer.
    pub micros: Vec<(u64, u64)>,
}

/// Amounts of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amounts {
    /// Of what, with its unit.
    pub name: String,
    /// Whose.
    pub owner: String,
    /// Largest first.
    pub amounts: Vec<u64>,
}
