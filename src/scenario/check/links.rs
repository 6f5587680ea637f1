//! Which packets are lost: by the model, and between classes or regions.

use crate::network::config::{
    ClassConfig, GilbertElliottConfig, LatencyModel, LinkLossConfig, LossConfig, NetworkConfig,
};
use crate::network::loss::kinds_of_nodes;
use crate::scenario::document::KeyPath;
use crate::scenario::file::LossTable;
use crate::scenario::problem::{Problem, nearest};
use crate::scenario::words::LossName;

const LINK: &str = "network.loss.link";
/// More links than this are taken for a mistake.
const MOST_LINKS: usize = 256;
/// The table of loss from each kind of nodes to each has at most the square of this.
const MOST_KINDS: usize = 1_024;

/// The model of loss.
pub fn loss(table: &LossTable) -> Result<LossConfig, Problem> {
    let bursts = [
        ("good_to_bad", table.good_to_bad, 0.0025),
        ("bad_to_good", table.bad_to_good, 0.25),
        ("loss_in_good", table.loss_in_good, 0.0),
        ("loss_in_bad", table.loss_in_bad, 1.0),
    ];
    // A rate says by itself that packets are lost; without model and rate nothing is.
    let by_rate = if table.rate.is_some() { LossName::Bernoulli } else { LossName::None };
    if table.model.is_none()
        && let Some((key, ..)) = bursts.iter().find(|(_, given, _)| given.is_some())
    {
        let path = KeyPath::from("network.loss").join(key);
        let message =
            format!("`{path}` belongs to model gilbert-elliott: add `model` to its table");
        return Err(Problem::said(path, message));
    }
    Ok(match table.model.map_or(by_rate, |word| word.0) {
        LossName::None => LossConfig::None,
        LossName::Bernoulli => {
            LossConfig::Bernoulli { rate: table.rate.map_or(0.01, |rate| rate.0) }
        }
        LossName::GilbertElliott => {
            let [good_to_bad, bad_to_good, loss_in_good, loss_in_bad] =
                bursts.map(|(_, given, default)| given.map_or(default, |share| share.0));
            let config =
                GilbertElliottConfig { good_to_bad, bad_to_good, loss_in_good, loss_in_bad };
            LossConfig::GilbertElliott(config)
        }
    })
}

/// The loss between classes or regions.
pub fn between(
    table: &LossTable,
    classes: &[ClassConfig],
    latency: &LatencyModel,
) -> Result<Vec<LinkLossConfig>, Problem> {
    let tables = table.link.as_deref().unwrap_or_default();
    if tables.len() > MOST_LINKS {
        return Err(Problem::value(LINK, format!("at most {MOST_LINKS} links")));
    }
    let place = |path: &KeyPath, name| place(path, name, classes, latency);
    let mut links = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let at = |key: &str| KeyPath::from(format!("{LINK}.{index}.{key}").as_str());
        let no_rate = || Problem::value(at("rate"), "a number from 0 to 1, such as 0.05");
        links.push(LinkLossConfig {
            from: place(&at("from"), &table.from)?,
            to: place(&at("to"), &table.to)?,
            rate: table.rate.ok_or_else(no_rate)?.0,
        });
    }
    Ok(links)
}

/// The name of a class or region at `path`.
pub fn place(
    path: &KeyPath,
    name: &Option<String>,
    classes: &[ClassConfig],
    latency: &LatencyModel,
) -> Result<String, Problem> {
    let regions: &[String] = match latency {
        LatencyModel::Regions(regions) => &regions.names,
        _ => &[],
    };
    let classes = classes.iter().map(|class| class.name.as_str());
    let names: Vec<&str> = classes.chain(regions.iter().map(String::as_str)).collect();
    let Some(name) = name else {
        return Err(Problem::value(path.clone(), "the name of a class or region of nodes"));
    };
    match names.iter().filter(|known| *known == name).count() {
        1 => Ok(name.clone()),
        0 => {
            let meant = nearest(name, names.iter().copied());
            let meant = meant.map_or(String::new(), |meant| format!(" (did you mean {meant}?)"));
            let message = format!(
                "there is no class or region {name}{meant}: this scenario has {}",
                names.join(", ")
            );
            Err(Problem::said(path.clone(), message))
        }
        _ => {
            let message = format!("{name} is a class and a region: give one another name");
            Err(Problem::said(path.clone(), message))
        }
    }
}

/// Refuses rules that tell so many kinds of nodes apart that their table would be too large.
pub fn are_few_kinds(network: &NetworkConfig) -> Result<(), Problem> {
    let kinds = kinds_of_nodes(network);
    if kinds <= MOST_KINDS {
        return Ok(());
    }
    let message = format!(
        "loss by class and by link tells {kinds} kinds of nodes apart: at most {MOST_KINDS}, as \
         there is a rate from each to each"
    );
    // With as many classes as there may be, links are what multiplies them.
    Err(Problem::said(LINK, message))
}
