//! Edge lists: a line an edge.

use super::builder::{Builder, End};
use super::{Fault, attributes};
use crate::graph::{Edge, Graph, Vertex};

/// The graph, not directed, of a list of edges: in each line two names, separated by white space or
/// a comma, and if a third column follows the latency, in milliseconds unless it says otherwise. A
/// name alone is a node without edges. `#` begins a comment.
///
/// Nodes stand in the order in which they are first named, or by number if all names are whole
/// numbers.
pub fn parse(text: &str) -> Result<Graph, Fault> {
    let mut builder = Builder::default();
    for_each_row(text, |row| {
        for name in row.iter().take(2) {
            named(&mut builder, name)?;
        }
        let [source, target, rest @ ..] = row else { return Ok(()) };
        let mut edge = Edge::default();
        match rest {
            [] => {}
            [latency] => edge.latency = Some(milliseconds(latency.0, latency.1)?),
            [_, more, ..] => {
                let message = format!(
                    "a fourth column, {:?}: two names and a latency, such as 10 or 10ms, are \
                     expected",
                    more.0
                );
                return Err(Fault::at(more.1, message));
            }
        }
        let end = |(id, at)| End { id, at };
        builder.add_edge(end(*source), end(*target), edge)
    })?;
    let graph = builder.finish()?;
    Ok(by_number(graph))
}

/// Calls `row` with what stands in each line that is not empty, each with its byte.
fn for_each_row<'t>(
    text: &'t str,
    mut row: impl FnMut(&[(&'t str, usize)]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut start = 0;
    let mut columns: Vec<(&str, usize)> = Vec::new();
    for line in text.split('\n') {
        columns.clear();
        let content = line.split('#').next().unwrap_or_default();
        for column in content.split(|c: char| c == ',' || c.is_whitespace()) {
            if !column.is_empty() {
                let at = start + (column.as_ptr() as usize - line.as_ptr() as usize);
                columns.push((column, at));
            }
        }
        if !columns.is_empty() {
            row(&columns)?;
        }
        start += line.len() + 1;
    }
    Ok(())
}

fn named(builder: &mut Builder, &(id, at): &(&str, usize)) -> Result<(), Fault> {
    if builder.find(id).is_none() {
        let vertex = Vertex { name: id.to_owned(), ..Vertex::default() };
        builder.add_vertex(id, at, vertex)?;
    }
    Ok(())
}

fn milliseconds(text: &str, at: usize) -> Result<crate::time::Duration, Fault> {
    let has_unit = text.ends_with(|c: char| c.is_alphabetic());
    let with_unit = if has_unit { text.to_owned() } else { format!("{text} ms") };
    attributes::time("latency", &with_unit).map_err(|_| {
        let message = format!(
            "the latency cannot be {text:?}: milliseconds are expected, or a number with its \
             unit, such as 10ms, up to 1 hour"
        );
        Fault::at(at, message)
    })
}

/// Puts the nodes in the order of their numbers if all have one.
fn by_number(mut graph: Graph) -> Graph {
    let number = |vertex: &Vertex| vertex.name.parse::<u64>().ok();
    let numbers: Option<Vec<u64>> = graph.vertices.iter().map(number).collect();
    let Some(numbers) = numbers else { return graph };
    let mut order: Vec<u32> = (0..numbers.len() as u32).collect();
    order.sort_by_key(|&place| numbers[place as usize]);
    let mut places = vec![0; order.len()];
    for (place, &before) in order.iter().enumerate() {
        places[before as usize] = place as u32;
    }
    let take = |&before: &u32| std::mem::take(&mut graph.vertices[before as usize]);
    graph.vertices = order.iter().map(take).collect();
    for edge in &mut graph.edges {
        edge.source = places[edge.source as usize];
        edge.target = places[edge.target as usize];
    }
    graph
}

#[cfg(test)]
mod tests {
    use super::super::{Format, parse};
    use crate::graph::{Edge, Graph};
    use crate::time::Duration;

    fn graph(text: &str) -> Graph {
        parse(text, Format::EdgeList).unwrap_or_else(|error| panic!("{error}"))
    }

    fn names(graph: &Graph) -> Vec<&str> {
        graph.vertices.iter().map(|vertex| &*vertex.name).collect()
    }

    #[test]
    fn columns_are_separated_by_space_or_comma() {
        let graph = graph("# from to\nrome oslo 12.5\n\noslo,\tbern, 3us # near\r\nlima\n");
        assert_eq!(names(&graph), ["rome", "oslo", "bern", "lima"]);
        let edge = |source, target, nanos| Edge {
            latency: Some(Duration::from_nanos(nanos)),
            ..Edge::between(source, target)
        };
        assert_eq!(graph.edges, [edge(0, 1, 12_500_000), edge(1, 2, 3_000)]);
        assert!(!graph.directed);
    }

    #[test]
    fn numbers_are_places() {
        let graph = graph("2 0\n10 1\n");
        assert_eq!(names(&graph), ["0", "1", "2", "10"]);
        assert_eq!(graph.edges, [Edge::between(2, 0), Edge::between(3, 1)]);
    }

    #[test]
    fn errors_name_line_and_column() {
        let error = |text| parse(text, Format::EdgeList).unwrap_err().to_string();
        assert_eq!(
            error("a b\né b soon\n"),
            "line 2, column 5: the latency cannot be \"soon\": milliseconds are expected, or a \
             number with its unit, such as 10ms, up to 1 hour"
        );
        assert_eq!(
            error("a b 1 2"),
            "line 1, column 7: a fourth column, \"2\": two names and a latency, such as 10 or \
             10ms, are expected"
        );
        assert_eq!(error("# nothing\n"), "the graph has no nodes");
    }
}
