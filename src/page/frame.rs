//! What every page has: its head, its style, its order of sections, and the little that moves.

use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("frame.css");
const SCRIPT: &str = include_str!("frame.js");

/// What a page may do: nothing from anywhere else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                      img-src data:; base-uri 'none'; form-action 'none'";

/// A section: its name within the page, its heading, its content.
pub struct Section {
    /// Where links lead.
    pub id: String,
    /// What it is about.
    pub heading: String,
    /// What it says.
    pub content: Markup,
}

impl Section {
    /// A section; its name is no other's, and takes no escape in a link.
    pub fn new(id: impl Into<String>, heading: impl Into<String>, content: Markup) -> Self {
        Section { id: id.into(), heading: heading.into(), content }
    }
}

/// What stands above the sections.
pub struct Head<'h> {
    /// Whose results these are.
    pub name: &'h str,
    /// What kind of results.
    pub kind: &'h str,
    /// In a sentence what it shows; may be empty.
    pub description: &'h str,
    /// Names and values that identify it.
    pub marks: Vec<(&'static str, String)>,
    /// What a reader must know first.
    pub notices: Vec<String>,
}

/// The page.
pub fn page(head: &Head<'_>, sections: &[Section]) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content={ "kadsim " (env!("CARGO_PKG_VERSION")) };
                title { (head.name) " · kadsim" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p .kind { (head.kind) }
                    h1 { (head.name) }
                    @if !head.description.is_empty() { p .description { (head.description) } }
                    dl .marks {
                        @for (name, value) in &head.marks { div { dt { (name) } dd { (value) } } }
                    }
                    @for notice in &head.notices { p .notice { (notice) } }
                }
                nav aria-label="Sections" {
                    ul { @for section in sections { li { a href={ "#" (section.id) } { (section.heading) } } } }
                }
                main {
                    @for section in sections {
                        section id=(section.id) aria-labelledby={ (section.id) "-heading" } {
                            h2 id={ (section.id) "-heading" } { (section.heading) }
                            (section.content)
                        }
                    }
                }
                footer { p { "Made by kadsim " (env!("CARGO_PKG_VERSION")) " from the folder of results alone." } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// What a note says of the version that wrote a folder, if it was another.
pub fn of_version(version: &str) -> Option<String> {
    let own = env!("CARGO_PKG_VERSION");
    (version != own).then(|| {
        format!(
            "The folder was written by kadsim {version} and this page by kadsim {own}: figures may be \
             missing here, or mean something else."
        )
    })
}

/// A text that can be copied: a command, or a file below its summary.
pub fn copied(name: &str, text: &str) -> Markup {
    html! {
        div .copied {
            button type="button" .copy { "Copy" }
            pre tabindex="0" aria-label=(name) { code { (text) } }
        }
    }
}
