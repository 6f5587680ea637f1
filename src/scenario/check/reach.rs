//! Which classes of nodes others can reach.

use crate::network::config::{ClassConfig, Mode};
use crate::scenario::problem::Problem;

/// Whether there is anybody to ask: nodes join through servers that can be dialled, and find no others.
pub fn check(classes: &[ClassConfig]) -> Result<(), Problem> {
    let is_open =
        |class: &ClassConfig| class.dialable && class.mode == Mode::Server && class.share > 0.0;
    if classes.iter().any(is_open) {
        return Ok(());
    }
    let key = if classes[0].dialable { "mode" } else { "dialable" };
    let message = "no class has nodes that anybody could ask: at least one with a share above 0 must \
                   have `dialable = true` and `mode = \"server\"`";
    Err(Problem::said(format!("nodes.class.0.{key}").as_str(), message))
}
