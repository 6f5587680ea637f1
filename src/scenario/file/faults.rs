//! The table of a fault.

use super::Keys;
use crate::network::faults::config::{Direction, Effect, Span};
use crate::scenario::schema;
use crate::scenario::words::{FaultName, Word};
use crate::units::{BitRate, Length, Notation, Share};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;

/// Consecutive nodes: one by its number, or `"0..99"`, of which both ends belong to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSpan(pub Span);

/// `[[fault]]`. Written out, as one of its keys is a word of Rust.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a table of keys")]
pub struct FaultTable {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Word<FaultName>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Length>,
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Length>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Length>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nodes: Option<Vec<NodeSpan>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<Vec<NodeSpan>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Word<Direction>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Length>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss: Option<Share>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<BitRate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<Length>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skew: Option<Share>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<Word<Effect>>,
}

impl Keys for FaultTable {
    const KEYS: &'static [&'static str] = &[
        "name",
        "kind",
        "at",
        "for",
        "until",
        "share",
        "region",
        "class",
        "nodes",
        "groups",
        "from",
        "to",
        "direction",
        "latency",
        "loss",
        "bandwidth",
        "delay",
        "skew",
        "effect",
    ];
}

impl JsonSchema for FaultTable {
    fn schema_name() -> Cow<'static, str> {
        "FaultTable".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schema::table([
            ("name", generator.subschema_for::<String>()),
            ("kind", generator.subschema_for::<Word<FaultName>>()),
            ("at", generator.subschema_for::<Length>()),
            ("for", generator.subschema_for::<Length>()),
            ("until", generator.subschema_for::<Length>()),
            ("share", generator.subschema_for::<Share>()),
            ("region", generator.subschema_for::<String>()),
            ("class", generator.subschema_for::<String>()),
            ("nodes", generator.subschema_for::<Vec<NodeSpan>>()),
            ("groups", generator.subschema_for::<Vec<Vec<NodeSpan>>>()),
            ("from", generator.subschema_for::<String>()),
            ("to", generator.subschema_for::<String>()),
            ("direction", generator.subschema_for::<Word<Direction>>()),
            ("latency", generator.subschema_for::<Length>()),
            ("loss", generator.subschema_for::<Share>()),
            ("bandwidth", generator.subschema_for::<BitRate>()),
            ("delay", generator.subschema_for::<Length>()),
            ("skew", generator.subschema_for::<Share>()),
            ("effect", generator.subschema_for::<Word<Effect>>()),
        ])
    }
}

impl Notation for NodeSpan {
    fn allowed() -> String {
        "the number of a node, or a range such as \"0..99\", of which both ends belong to it"
            .to_owned()
    }

    fn from_text(text: &str) -> Option<Self> {
        let (first, last) = text.split_once("..")?;
        let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        (first <= last).then_some(NodeSpan(first..=last))
    }

    fn from_whole(number: i64) -> Option<Self> {
        u32::try_from(number).ok().map(|node| NodeSpan(node..=node))
    }
}

crate::units::read_by_notation!(NodeSpan);

impl Serialize for NodeSpan {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (first, last) = (self.0.start(), self.0.end());
        match first == last {
            true => to.serialize_u32(*first),
            false => to.collect_str(&format_args!("{first}..{last}")),
        }
    }
}
