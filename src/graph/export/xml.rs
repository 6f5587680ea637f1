//! Texts in XML.

/// A text as it stands in an element or in quotes. What XML 1.0 cannot say, control characters,
/// becomes the replacement character.
pub fn escaped(text: &str) -> String {
    let escape = |letter: char| match letter {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\t' | '\n' | '\r' => format!("&#{};", u32::from(letter)),
        '\0'..' ' | '\u{FFFE}' | '\u{FFFF}' => char::REPLACEMENT_CHARACTER.to_string(),
        letter => letter.to_string(),
    };
    text.chars().map(escape).collect()
}
