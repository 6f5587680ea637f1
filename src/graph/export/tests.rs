//! What the formats make of a graph that has everything.

use super::*;
use crate::graph::read;
use crate::time::Duration;
use proptest::prelude::*;

fn everything(directed: bool) -> Graph {
    let mut graph = Graph::of(3, directed);
    graph.vertices[0].name = "a \"b\" <c> & d\\e é\nf".to_owned();
    graph.vertices[0].host_bandwidth_up = Some(1_500_000);
    graph.vertices[0].host_bandwidth_down = Some(1_000_000_000);
    graph.vertices[1].position = Some([0.25, -3.0]);
    graph.edges.push(Edge {
        latency: Some(Duration::from_micros(1_500)),
        jitter: Duration::from_millis(2),
        packet_loss: 0.000_000_1,
        ..Edge::between(0, 1)
    });
    graph.edges.push(Edge { latency: Some(Duration::from_secs(1)), ..Edge::between(2, 2) });
    graph.edges.push(Edge::between(1, 2));
    graph
}

fn text(graph: &Graph, format: Format) -> String {
    let mut out = Vec::new();
    write(graph, format, &mut out).expect("memory takes everything");
    String::from_utf8(out).expect("it is text")
}

fn has(text: &str, lines: &[&str]) {
    for line in lines {
        let found = text.lines().any(|found| found.trim() == *line);
        assert!(found, "there is no line {line:?} in\n{text}");
    }
}

#[test]
fn gml_is_what_shadow_reads() {
    let expected = "\
graph [
  directed 0
  node [
    id 0
    label \"a &#34;b&#34; <c> &#38; d&#92;e &#233;&#10;f\"
    host_bandwidth_down \"1 Gbit\"
    host_bandwidth_up \"1500 Kbit\"
  ]
  node [
    id 1
    label \"1\"
    x 0.25
    y -3.0
  ]
  node [
    id 2
    label \"2\"
  ]
  edge [
    source 0
    target 1
    latency \"1500 us\"
    jitter \"2 ms\"
    packet_loss 0.0000001
  ]
  edge [
    source 2
    target 2
    latency \"1 s\"
    jitter \"0 ns\"
    packet_loss 0.0
  ]
  edge [
    source 1
    target 2
  ]
]
";
    assert_eq!(text(&everything(false), Format::Gml), expected);
    let mut twice = everything(true);
    twice.edges.push(Edge::between(1, 2));
    has(&text(&twice, Format::Gml), &["directed 1", "multigraph 1"]);
}

#[test]
fn dot_quotes_names_and_keeps_positions() {
    let lines = [
        "graph {",
        "0 [label=\"a \\\"b\\\" <c> & d\\\\e é\\nf\", host_bandwidth_down=\"1 Gbit\", \
         host_bandwidth_up=\"1500 Kbit\"];",
        "1 [label=\"1\", pos=\"0.25,-3!\"];",
        "0 -- 1 [latency=\"1500 us\", jitter=\"2 ms\", packet_loss=\"0.0000001\"];",
        "1 -- 2;",
    ];
    has(&text(&everything(false), Format::Dot), &lines);
    has(&text(&everything(true), Format::Dot), &["digraph {", "1 -> 2;"]);
}

#[test]
fn xml_escapes_what_has_a_meaning() {
    let name = "a &quot;b&quot; &lt;c&gt; &amp; d\\e é&#10;f";
    let graphml = text(&everything(true), Format::GraphMl);
    has(
        &graphml,
        &[
            "<graph edgedefault=\"directed\">",
            &format!("<data key=\"label\">{name}</data>"),
            "<data key=\"host_bandwidth_up\">1500 Kbit</data>",
            "<data key=\"latency\">1500 us</data>",
            "<edge source=\"1\" target=\"2\"/>",
            "<key id=\"packet_loss\" for=\"edge\" attr.name=\"packet_loss\" attr.type=\"double\"/>",
        ],
    );
    let gexf = text(&everything(false), Format::Gexf);
    has(
        &gexf,
        &[
            "<graph mode=\"static\" defaultedgetype=\"undirected\">",
            &format!("<node id=\"0\" label=\"{name}\">"),
            "<viz:position x=\"0.25\" y=\"-3\" z=\"0\"/>",
            "<attvalue for=\"2\" value=\"0.0000001\"/>",
            "<edge id=\"2\" source=\"1\" target=\"2\"/>",
        ],
    );
    assert_eq!(xml::escaped("\u{1}"), "\u{FFFD}");
}

/// What the readers make of what was written.
fn read_again(graph: &Graph, format: Format) -> Graph {
    let as_read = match format {
        Format::Gml => read::Format::Gml,
        _ => read::Format::GraphMl,
    };
    let text = text(graph, format);
    read::parse(&text, as_read).unwrap_or_else(|error| panic!("{error} in\n{text}"))
}

#[test]
fn what_is_written_reads_back_as_the_same_graph() {
    for directed in [false, true] {
        let graph = everything(directed);
        for format in [Format::Gml, Format::GraphMl] {
            assert_eq!(read_again(&graph, format), graph, "{format:?}");
        }
    }
}

proptest! {
    /// Whatever names, times and numbers are.
    #[test]
    fn any_graph_reads_back(
        names in proptest::collection::vec("[^\\x00-\\x1f\\u{7f}-\\u{9f}\\u{fffe}\\u{ffff}]{1,12}", 1..5),
        bits in proptest::option::of(1u64..1_000_000_000_000),
        place in proptest::option::of((-1e6..1e6, -1e6..1e6)),
        edges in proptest::collection::vec(
            ((0u32..5, 0u32..5), proptest::option::of(0u64..3_600_000_000_000), 0u64..100, 0.0..=1.0),
            0..6,
        ),
        directed: bool,
    ) {
        let count = names.len() as u32;
        let mut graph = Graph::of(count, directed);
        for (vertex, name) in graph.vertices.iter_mut().zip(names) {
            // Spaces at the ends of a text are not told apart from those around it.
            vertex.name = format!("<{name}>");
            vertex.host_bandwidth_up = bits;
            vertex.host_bandwidth_down = bits.map(|bits| bits * 1_000);
            vertex.position = place.map(|(x, y)| [x, y]);
        }
        graph.edges = edges
            .into_iter()
            .map(|((source, target), latency, jitter, packet_loss)| Edge {
                source: source % count,
                target: target % count,
                latency: latency.map(Duration::from_nanos),
                jitter: Duration::from_millis(jitter),
                packet_loss,
            })
            .collect();
        for format in [Format::Gml, Format::GraphMl] {
            prop_assert_eq!(&read_again(&graph, format), &graph, "{:?}", format);
        }
    }
}
