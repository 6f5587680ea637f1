//! What happens to a packet.

use super::Part;
use super::graph::{file, graph};
use super::phrases::{count, list, percentage, share, short_number};
use crate::page::held::Held;
use serde_json::Value;

/// Latency, loss and what else a packet meets.
pub fn part(scenario: &Value) -> Option<Part> {
    let network = scenario.at("network")?;
    let latency = network.at("latency").unwrap_or(&Value::Null);
    let mut sentences = vec![self::latency(latency, network)];
    sentences.extend(jitter(latency));
    if let Some(asymmetry) = latency.number("asymmetry").filter(|share| *share > 0.0) {
        sentences
            .push(format!("The two ways of a pair differ by up to {}.", percentage(asymmetry)));
    }
    sentences.push(loss(network));
    for (key, what) in
        [("duplication", "arrive twice"), ("corruption", "arrive damaged and are dropped")]
    {
        if let Some(part) = network.number(key).filter(|part| *part > 0.0) {
            sentences.push(format!("{} of them {what}.", percentage(part)));
        }
    }
    let links = network.list("loss.link").iter().map(|link| {
        let rate = percentage(link.number("rate").unwrap_or(0.0));
        format!("From {} to {} another {rate} are lost.", link.text("from"), link.text("to"))
    });
    Some(Part { heading: "Network", text: sentences.join(" "), items: links.collect() })
}

fn latency(table: &Value, network: &Value) -> String {
    let text = |key: &str| table.text(key);
    let number = |key: &str| short_number(table.number(key).unwrap_or(0.0));
    match text("model") {
        "constant" => format!("Every packet takes {} one way.", text("delay")),
        "uniform" => format!(
            "A packet takes from {} to {} one way, drawn for each on its own.",
            text("min"),
            text("max")
        ),
        "lognormal" => format!(
            "One-way latencies are drawn for each pair of nodes from a lognormal distribution with a \
             median of {} and sigma {}.",
            text("median"),
            number("sigma")
        ),
        "coordinates" => format!(
            "Latencies follow from the places of nodes in a plane, spread normally with a standard \
             deviation of {} of round trip in each direction, and from their access, which adds {} in the \
             median (lognormal, sigma {}). No packet takes less than {}.",
            text("spread"),
            text("height_median"),
            number("height_sigma"),
            text("smallest")
        ),
        "regions" => {
            let regions = table.list("region").iter().map(|region| {
                format!(
                    "{} ({})",
                    region.text("name"),
                    share(region.number("share").unwrap_or(0.0))
                )
            });
            let regions: Vec<String> = regions.collect();
            format!("Latencies are those between the regions of the nodes: {}.", list(&regions))
        }
        "matrix" => {
            format!("Latencies are those of the measured matrix in the file {}.", file(table))
        }
        "graph" => underlay(network.at("underlay").unwrap_or(&Value::Null)),
        other => format!("Latencies follow the model {other}."),
    }
}

fn underlay(table: &Value) -> String {
    let routes = match table.text("routes") {
        "direct" => "over the edge between the routers of its two ends, if there is one",
        _ => "along the path of the smallest latency",
    };
    let routers = table.whole("routers").map(|count| self::count(count, "router", "routers"));
    let routers = routers.map(|routers| format!(" of {routers}")).unwrap_or_default();
    let mut text = format!(
        "Packets travel through an underlay{routers}, {}: {routes}. An edge without a latency of its own \
         takes {}",
        graph(table.text("kind"), table, "router"),
        table.text("edge_latency")
    );
    match table.text("latency_per_unit") {
        "" | "0s" => {}
        more => text.push_str(&format!(", and {more} more for each unit of its length")),
    }
    text + "."
}

fn jitter(table: &Value) -> Option<String> {
    let jitter = Some(table.text("jitter")).filter(|jitter| !matches!(*jitter, "" | "0s"))?;
    Some(match table.text("jitter_distribution") {
        "exponential" => {
            format!("Each packet takes longer by an exponential jitter of mean {jitter}.")
        }
        _ => format!("Each packet takes up to {jitter} longer, drawn for it alone."),
    })
}

fn loss(network: &Value) -> String {
    let part = |key: &str| percentage(network.number(&format!("loss.{key}")).unwrap_or(0.0));
    match network.text("loss.model") {
        "none" => "No packet is lost by chance.".to_owned(),
        "bernoulli" => match network.number("loss.rate") {
            Some(0.0) => "No packet is lost by chance.".to_owned(),
            Some(rate) => format!("Of all packets {} are lost, each on its own.", percentage(rate)),
            None => "Packets are lost by chance, each on its own.".to_owned(),
        },
        "gilbert-elliott" => format!(
            "Packets are lost in bursts (Gilbert–Elliott): a good link turns bad with {} probability at each packet and \
             a bad one good with {}; {} are lost on a good link and {} on a bad one.",
            part("good_to_bad"),
            part("bad_to_good"),
            part("loss_in_good"),
            part("loss_in_bad")
        ),
        other => format!("Packets are lost by the model {other}."),
    }
}
