//! Which parameters have a graph, and which graphs are small enough to be made.

use crate::graph::config::{
    Density, GraphConfig, Impossible, MOST_EDGES, MOST_TRIED_PAIRS, TransitStub,
};

impl GraphConfig {
    /// Whether there is such a graph with this many vertices, and whether it can be made.
    ///
    /// # Errors
    /// With the key that stands in the way, what is wrong with it and what is allowed.
    pub fn check(&self, vertices: u32) -> Result<(), Impossible> {
        if vertices == 0 {
            return Err(Impossible::new("kind", "needs a vertex"));
        }
        match self {
            GraphConfig::Ring | GraphConfig::Star => Ok(()),
            GraphConfig::FullMesh => not_too_large("kind", pairs(vertices)),
            GraphConfig::Random { connection_ratio } => {
                share("connection_ratio", *connection_ratio)?;
                not_too_large("connection_ratio", pairs(vertices) * connection_ratio)
            }
            GraphConfig::Bootstrap { bootstrap_nodes, known_bootstrap_nodes } => {
                bootstrap(*bootstrap_nodes, *known_bootstrap_nodes, vertices)
            }
            GraphConfig::ErdosRenyi(density) => erdos_renyi(*density, vertices),
            GraphConfig::RandomRegular { degree } => random_regular(*degree, vertices),
            GraphConfig::WattsStrogatz { neighbours, rewiring } => {
                watts_strogatz(*neighbours, *rewiring, vertices)
            }
            GraphConfig::BarabasiAlbert { edges_per_node } => {
                whole("edges_per_node", *edges_per_node, 1, vertices.saturating_sub(1))?;
                not_too_large("edges_per_node", f64::from(*edges_per_node) * f64::from(vertices))
            }
            GraphConfig::Grid { columns } => {
                columns.map_or(Ok(()), |columns| whole("columns", columns, 1, vertices))
            }
            GraphConfig::Torus { columns } => torus(*columns, vertices),
            GraphConfig::Tree { branching } => whole("branching", *branching, 1, u32::MAX),
            GraphConfig::Waxman { alpha, beta } => waxman(*alpha, *beta, vertices),
            GraphConfig::TransitStub(parameters) => transit_stub(parameters, vertices),
            GraphConfig::File(file) if file.graph.vertices.len() == vertices as usize => Ok(()),
            GraphConfig::File(file) => {
                let fault = format!(
                    "has a graph of {} vertices where {vertices} are wanted",
                    file.graph.vertices.len()
                );
                Err(Impossible::new("file", fault))
            }
        }
    }
}

/// Number of pairs of different vertices.
fn pairs(vertices: u32) -> f64 {
    f64::from(vertices) * (f64::from(vertices) - 1.0) / 2.0
}

fn not_too_large(key: &'static str, edges: f64) -> Result<(), Impossible> {
    if edges <= MOST_EDGES as f64 {
        return Ok(());
    }
    let fault = format!(
        "makes a graph of about {edges:.0} edges: at most {MOST_EDGES} are allowed, as they take \
         400 MB of memory"
    );
    Err(Impossible::new(key, fault))
}

fn share(key: &'static str, value: f64) -> Result<(), Impossible> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(Impossible::new(key, format!("is {value}: a number from 0 to 1 is allowed")))
}

fn whole(key: &'static str, value: u32, least: u32, most: u32) -> Result<(), Impossible> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let allowed = if most == u32::MAX {
        format!("a whole number from {least} is allowed")
    } else if least > most {
        "there are too few vertices for any".to_owned()
    } else {
        format!("with so many vertices a whole number from {least} to {most} is allowed")
    };
    Err(Impossible::new(key, format!("is {value}: {allowed}")))
}

fn bootstrap(nodes: u32, known: u32, vertices: u32) -> Result<(), Impossible> {
    whole("bootstrap_nodes", nodes, 1, vertices)?;
    if !(1..=nodes).contains(&known) {
        let fault =
            format!("is {known}: a whole number from 1 to {nodes} is allowed, the bootstrap nodes");
        return Err(Impossible::new("known_bootstrap_nodes", fault));
    }
    let others = f64::from(vertices - nodes) * f64::from(known);
    not_too_large("bootstrap_nodes", 2.0 * pairs(nodes) + others)
}

fn erdos_renyi(density: Density, vertices: u32) -> Result<(), Impossible> {
    match density {
        Density::Probability(probability) => {
            share("probability", probability)?;
            not_too_large("probability", pairs(vertices) * probability)
        }
        Density::MeanDegree(degree) => {
            let most = f64::from(vertices) - 1.0;
            if !(0.0..=most).contains(&degree) {
                let fault = format!("is {degree}: a number from 0 to {most} is allowed");
                return Err(Impossible::new("mean_degree", fault));
            }
            not_too_large("mean_degree", f64::from(vertices) * degree / 2.0)
        }
    }
}

fn random_regular(degree: u32, vertices: u32) -> Result<(), Impossible> {
    whole("degree", degree, 0, vertices - 1)?;
    let ends = u64::from(degree) * u64::from(vertices);
    if !ends.is_multiple_of(2) {
        let fault = format!(
            "is {degree} with {vertices} vertices: one of the two must be even, as each edge has \
             two ends"
        );
        return Err(Impossible::new("degree", fault));
    }
    not_too_large("degree", ends as f64 / 2.0)
}

fn watts_strogatz(neighbours: u32, rewiring: f64, vertices: u32) -> Result<(), Impossible> {
    whole("neighbours", neighbours, 0, vertices - 1)?;
    if !neighbours.is_multiple_of(2) {
        let fault = format!("is {neighbours}: an even number is allowed, half on each side");
        return Err(Impossible::new("neighbours", fault));
    }
    share("rewiring", rewiring)?;
    not_too_large("neighbours", f64::from(vertices) * f64::from(neighbours) / 2.0)
}

fn torus(columns: Option<u32>, vertices: u32) -> Result<(), Impossible> {
    let Some(columns) = columns else { return Ok(()) };
    whole("columns", columns, 1, vertices)?;
    if vertices.is_multiple_of(columns) {
        return Ok(());
    }
    let fault = format!(
        "is {columns}: {vertices} vertices do not fill rows of {columns}; a divisor is allowed"
    );
    Err(Impossible::new("columns", fault))
}

fn waxman(alpha: f64, beta: f64, vertices: u32) -> Result<(), Impossible> {
    for (key, value) in [("alpha", alpha), ("beta", beta)] {
        if !(value > 0.0 && value <= 1.0) {
            let fault = format!("is {value}: a number above 0, at most 1, is allowed");
            return Err(Impossible::new(key, fault));
        }
    }
    // In a plane without borders each vertex would have this many neighbours for each that there
    // is in the unit square; the square's borders leave fewer.
    let reach = alpha * std::f64::consts::SQRT_2;
    let near = (std::f64::consts::TAU * reach * reach).min(1.0);
    not_too_large("beta", pairs(vertices) * beta * near)?;
    let tried = pairs(vertices) * beta;
    if tried > MOST_TRIED_PAIRS as f64 {
        let fault = format!(
            "asks for {tried:.0} pairs to be tried for an edge: at most {MOST_TRIED_PAIRS} are \
             allowed, so that a run begins in seconds"
        );
        return Err(Impossible::new("beta", fault));
    }
    Ok(())
}

fn transit_stub(parameters: &TransitStub, vertices: u32) -> Result<(), Impossible> {
    let TransitStub { transit_domains, transit_nodes, stubs_per_transit_node, .. } = *parameters;
    whole("transit_domains", transit_domains, 1, u32::MAX)?;
    whole("transit_nodes", transit_nodes, 1, u32::MAX)?;
    whole("stubs_per_transit_node", stubs_per_transit_node, 1, u32::MAX)?;
    share("transit_edge_probability", parameters.transit_edge_probability)?;
    share("stub_edge_probability", parameters.stub_edge_probability)?;
    let transit = u128::from(transit_domains) * u128::from(transit_nodes);
    let stubs = transit * u128::from(stubs_per_transit_node);
    if transit + stubs > u128::from(vertices) {
        let fault = format!(
            "is {transit_domains}: with {transit_nodes} vertices in each and \
             {stubs_per_transit_node} stub domains at each of these, {} vertices are needed, and \
             there are {vertices}",
            transit + stubs
        );
        return Err(Impossible::new("transit_domains", fault));
    }
    let (transit, stubs) = (transit as u32, stubs as u32);
    let stub_size = f64::from(vertices - transit) / f64::from(stubs) + 1.0;
    let inside = |size: f64, probability: f64| size + size * size / 2.0 * probability;
    let extra = [parameters.extra_transit_stub_edges, parameters.extra_stub_stub_edges];
    let edges = f64::from(transit_domains)
        * (f64::from(transit_domains)
            + inside(f64::from(transit_nodes), parameters.transit_edge_probability))
        + f64::from(stubs) * (1.0 + inside(stub_size, parameters.stub_edge_probability))
        + extra.iter().map(|&extra| f64::from(extra)).sum::<f64>();
    not_too_large("transit_domains", edges)?;
    let of_stubs = u64::from(vertices - transit);
    let others = of_stubs - of_stubs.div_ceil(u64::from(stubs));
    let most = [u64::from(transit - 1) * of_stubs, of_stubs * others / 2];
    let keys = ["extra_transit_stub_edges", "extra_stub_stub_edges"];
    for ((key, extra), most) in keys.into_iter().zip(extra).zip(most) {
        // Half of the pairs that there are, so that drawing finds those not taken yet.
        if u64::from(extra) > most / 2 {
            let fault = format!("is {extra}: at most {} are allowed in this graph", most / 2);
            return Err(Impossible::new(key, fault));
        }
    }
    Ok(())
}
