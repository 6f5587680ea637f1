//! Files as others write them, wrong files and what is said of them, and files changed at random.

use super::{Format, parse};
use crate::graph::{Edge, Graph, Vertex};
use crate::rng::{Purpose, Seed, Stream};
use crate::time::Duration;
use rand::RngExt;

/// The example of Shadow's network graph specification, and what else that describes: two nodes,
/// units of both kinds, attributes that only Shadow reads, an edge without what may be left out.
const SHADOW: &str = r#"graph [
  directed 0
  node [
    id 0
    label "node at 1.2.3.4"
    country_code "US"
    host_bandwidth_down "100 Mbit"
    host_bandwidth_up "100 Mbit"
  ]
  node [
    id 7
    host_bandwidth_down "1 Gibit"
    host_bandwidth_up "10 megabits"
  ]
  edge [
    source 0
    target 0
    label "path from 1.2.3.4 to 1.2.3.4"
    latency "10 ms"
    jitter "0 ms"
    packet_loss 0.0
  ]
  # a comment
  edge [ source 7 target 0 latency "2 s" jitter "150 us" packet_loss 0.125 ]
  edge [ source 7 target 7 latency "1 ms" ]
]
"#;

const GRAPHML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="d0" for="edge" attr.name="latency" attr.type="string"><default>5 ms</default></key>
  <key id="d1" for="edge" attr.name="packet_loss" attr.type="double"/>
  <key id="d2" for="node" attr.name="label" attr.type="string"/>
  <key id="d3" for="node" attr.name="x" attr.type="double"/>
  <key id="d4" for="all" attr.name="colour"><default>red</default></key>
  <!-- a comment -->
  <graph id="g" edgedefault="directed">
    <edge source="a" target="b"><data key="d0">20 ms</data><data key="d1">0.5</data></edge>
    <node id="a"><data key="d2">R&amp;D <![CDATA[<1>]]></data><data key="d3">2.5</data></node>
    <node id="b"/>
    <edge source="b" target="b" directed="true"></edge>
  </graph>
</graphml>
"#;

const EDGES: &str = "# from to latency\n0 1 10\n1,2,250us\n2 0\n2 2 1\n";

fn graph(text: &str, format: Format) -> Graph {
    parse(text, format).unwrap_or_else(|error| panic!("{error}"))
}

fn millis(count: u64) -> Option<Duration> {
    Some(Duration::from_millis(count))
}

#[test]
fn gml_is_read_as_shadow_describes_it() {
    let graph = graph(SHADOW, Format::Gml);
    assert!(!graph.directed);
    let vertex = |name: &str, up, down| Vertex {
        name: name.into(),
        host_bandwidth_up: Some(up),
        host_bandwidth_down: Some(down),
        position: None,
    };
    assert_eq!(
        graph.vertices,
        [vertex("node at 1.2.3.4", 100_000_000, 100_000_000), vertex("7", 10_000_000, 1 << 30)]
    );
    assert_eq!(
        graph.edges,
        [
            Edge { latency: millis(10), ..Edge::between(0, 0) },
            Edge {
                latency: millis(2_000),
                jitter: Duration::from_micros(150),
                packet_loss: 0.125,
                ..Edge::between(1, 0)
            },
            Edge { latency: millis(1), ..Edge::between(1, 1) },
        ]
    );
}

#[test]
fn gml_of_other_programs_is_read() {
    let text = r#"Creator "yEd" Version 2 comment [ a [ b 1 ] ]
        graph [ hierarchic 1 directed 1 multigraph 1
        edge [ source "b" target "a" graphics [ Line [ point [ x 1 y 2 ] ] ] weight 3 ]
        node [ id "a" label "n &quot;one&quot;" graphics [ x 1.5 y -2e1 fill "red" ] ]
        node [ id "b" ] ]"#;
    let graph = graph(text, Format::Gml);
    assert!(graph.directed);
    assert_eq!(graph.vertices[0].name, "n \"one\"");
    assert_eq!(graph.vertices[0].position, Some([1.5, -20.0]));
    assert_eq!(graph.edges, [Edge::between(1, 0)], "an edge may come before its nodes");
}

#[test]
fn graphml_is_read_with_its_defaults() {
    let graph = graph(GRAPHML, Format::GraphMl);
    assert!(graph.directed);
    assert_eq!(graph.vertices[0].name, "R&D <1>");
    assert_eq!(graph.vertices[0].position, Some([2.5, 0.0]));
    assert_eq!(graph.vertices[1].name, "b");
    assert_eq!(
        graph.edges,
        [
            Edge { latency: millis(20), packet_loss: 0.5, ..Edge::between(0, 1) },
            Edge { latency: millis(5), ..Edge::between(1, 1) },
        ]
    );
}

#[test]
fn wrong_gml_has_its_line() {
    let error = |text: &str| parse(text, Format::Gml).unwrap_err().to_string();
    for (text, expected) in [
        ("", "there is no graph: `graph [ ... ]` is expected"),
        ("graph [ ]", "the graph has no nodes"),
        (
            "graph [\n node [ id 0 ]\n",
            "line 3, column 1: here stands the end of the file: a key or \
            `]` is expected",
        ),
        (
            "graph [ node [ id 0 ] ]\ngraph [ ]",
            "line 2, column 1: a second graph: a file holds one",
        ),
        (
            "graph [\n  node [\n    label \"x\"\n  ]\n]",
            "line 2, column 3: a node without `id`: each \
            has its own, such as `id 0`",
        ),
        (
            "graph [\n node [ id 0 ]\n node [ id 0 ] ]",
            "line 3, column 12: a second node of the id \
            0: each node has its own",
        ),
        (
            "graph [\n node [ id 0 ]\n edge [ source 0\n target 5 ] ]",
            "line 4, column 9: there is no \
            node 5: an edge leads from one node to another",
        ),
        (
            "graph [ node [ id 0 ]\n edge [ source 0 ] ]",
            "line 2, column 2: an edge without \
            `target`: the id of a node is expected",
        ),
        (
            "graph [ node [ id 0 ]\nedge [ source 0 target 0 latency \"10 furlongs\" ] ]",
            "line 2, \
            column 34: `latency` cannot be \"10 furlongs\": a length of time up to 1 hour is \
            expected, such as \"10 ms\" (ns, us, ms, s, m, h; a number alone is seconds)",
        ),
        ("graph [ directed 2 ]", "line 1, column 18: `directed` cannot be 2: 0 or 1 is expected"),
        (
            "graph [\n node [ id ] ]",
            "line 2, column 12: `id` cannot be `]`: a number, a text in \
            quotes or a list in brackets is expected",
        ),
        ("graph [ node [ id 0 id 1 ] ]", "line 1, column 21: a second `id`: one is expected"),
        (
            "graph [ node [ id 0 label \"x ] ]",
            "line 1, column 27: this text has no end: a closing \
            quote is expected",
        ),
        (
            "graph [ node [ id 0 latency 10ms ] ]",
            "line 1, column 29: 10ms is no number: texts stand \
            in quotes, such as \"10 ms\"",
        ),
        (
            "graph {",
            "line 1, column 7: '{' begins no word: a key, a number, a text in quotes, `[` \
            or `]` is expected",
        ),
        ("graph 5", "line 1, column 7: `graph` cannot be 5: `[` is expected"),
        ("5", "line 1, column 1: here stands 5: a key, such as `graph`, is expected"),
    ] {
        assert_eq!(error(text), expected);
    }
}

#[test]
fn wrong_graphml_has_its_line() {
    let error = |text: &str| parse(text, Format::GraphMl).unwrap_err().to_string();
    let with = |inner: &str| {
        format!("<graphml>\n<graph edgedefault=\"undirected\">\n{inner}\n</graph>\n</graphml>\n")
    };
    for (text, expected) in [
        (String::new(), "there is no graph: <graphml> with a <graph> is expected"),
        ("<html/>".into(), "line 1, column 1: here begins <html>: <graphml> is expected"),
        (with(""), "the graph has no nodes"),
        (with("<node/>"), "line 3, column 1: <node> without `id`: it needs one"),
        (
            with("<node id='a'/>\n <node id='a'/>"),
            "line 4, column 2: a second node of the id a: \
            each node has its own",
        ),
        (
            with("<node id='a'/><edge source='a' target='b'/>"),
            "line 3, column 15: there is no node \
            b: an edge leads from one node to another",
        ),
        (
            with("<node id='a'><data key='d9'>1</data></node>"),
            "line 3, column 30: there is no key \
            of the id \"d9\"",
        ),
        (
            with("<node id='a'><graph edgedefault='directed'/></node>"),
            "line 3, column 14: a graph \
            within a graph: kadsim reads none",
        ),
        (
            with("<node id='a'/><edge source='a' target='a' directed='true'/>"),
            "line 3, column 15: \
            this edge is directed otherwise than its graph: kadsim reads graphs whose edges are all \
            alike",
        ),
        (with("<hyperedge/>"), "line 3, column 1: an edge of many nodes: kadsim reads none"),
        (
            with("&lol;"),
            "line 3, column 1: `&lol;` stands for nothing: &amp; or a number is \
            expected",
        ),
        (
            "<graphml>\n<graph/></graphml>".into(),
            "line 2, column 1: `edgedefault` cannot be \"\": \
            \"directed\" or \"undirected\" is expected",
        ),
        (
            "<graphml>\n".into(),
            "line 2, column 1: here stands the end of the file: elements are \
            still open",
        ),
        (
            "<graphml>".repeat(101),
            "line 1, column 901: elements stand in each other deeper than \
            100",
        ),
    ] {
        assert_eq!(error(&text), expected);
    }
    let wrong = error(&GRAPHML.replace(">20 ms<", ">20 miles<"));
    assert!(wrong.starts_with("line 10, column 56: `latency` cannot be \"20 miles\": "), "{wrong}");
    let wrong = error("<graphml>\n<graph edgedefault='directed'></graphml>");
    assert!(wrong.starts_with("line 2, column 31: this is not XML: "), "{wrong}");
}

#[test]
fn formats_are_told_by_the_ending() {
    for (name, format) in [
        ("a/b.gml", Some(Format::Gml)),
        ("b.GML.xz", Some(Format::Gml)),
        ("b.graphml.gz", Some(Format::GraphMl)),
        ("b.edges", Some(Format::EdgeList)),
        ("b.csv", Some(Format::EdgeList)),
        ("b.dot", None),
        ("gml", None),
    ] {
        assert_eq!(Format::of(name.as_ref()), format, "{name}");
    }
}

/// Changes a text: some bytes replaced, left out, repeated, or pieces exchanged.
fn mutated(text: &str, stream: &mut Stream) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..stream.random_range(1..6u32) {
        if bytes.is_empty() {
            break;
        }
        let place = stream.random_range(0..bytes.len() as u64) as usize;
        let length = stream.random_range(1..40u64) as usize;
        let end = (place + length).min(bytes.len());
        match stream.random_range(0..6u32) {
            0 => bytes[place] = stream.random(),
            1 => {
                let signs = b"[]\"<>&;#/=-.0919eE \n,'\\";
                bytes[place] = signs[stream.random_range(0..signs.len() as u64) as usize];
            }
            2 => drop(bytes.drain(place..end)),
            3 => {
                let piece = bytes[place..end].to_vec();
                let to = stream.random_range(0..=bytes.len() as u64) as usize;
                bytes.splice(to..to, piece);
            }
            4 => bytes.truncate(place),
            _ => bytes.splice(place..place, std::iter::repeat_n(b'9', length)).for_each(drop),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// 1,000 mutations of each format give a graph or an error with a place, and never a panic.
#[test]
fn mutated_files_give_errors_and_graphs() {
    for (format, text) in
        [(Format::Gml, SHADOW), (Format::GraphMl, GRAPHML), (Format::EdgeList, EDGES)]
    {
        let (mut graphs, mut errors) = (0, 0);
        for index in 0..1_000 {
            let mut stream = Stream::new(Seed(11), Purpose::Test, index);
            let changed = mutated(text, &mut stream);
            let lines = changed.lines().count() + 1;
            match parse(&changed, format) {
                Ok(graph) => {
                    graphs += 1;
                    let vertices = graph.vertices.len() as u32;
                    assert!(graph.edges.iter().all(|e| e.source.max(e.target) < vertices));
                    assert!(graph.edges.len() + graph.vertices.len() <= changed.len());
                    assert!(graph.edges.iter().all(|e| (0.0..=1.0).contains(&e.packet_loss)));
                }
                Err(error) => {
                    errors += 1;
                    assert!(error.line.is_none_or(|line| (1..=lines).contains(&line)), "{error}");
                    assert!(!error.message.is_empty());
                }
            }
        }
        assert!(graphs > 50 && errors > 200, "{format:?}: {graphs} graphs, {errors} errors");
    }
}
