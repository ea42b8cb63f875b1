//! A message as one JSON object on one line.

use std::io::{self, Write};

use crate::hl7::{Element, Message};

/// Writes `{"index":0,"segments":[…]}` and a line feed. An empty part is `[]`.
pub(super) fn write(out: &mut impl Write, index: u64, message: &Message) -> io::Result<()> {
    write!(out, "{{\"index\":{index},\"segments\":[")?;
    for (number, segment) in message.segments().enumerate() {
        out.write_all(if number == 0 {
            b"{\"id\":"
        } else {
            b",{\"id\":"
        })?;
        text(out, segment.id())?;
        out.write_all(b",\"fields\":")?;
        list(out, segment.fields(), |out, field| {
            parts(out, field, |out, repetition| {
                parts(out, repetition, |out, component| {
                    parts(out, component, |out, subcomponent| {
                        text(out, &subcomponent.text())
                    })
                })
            })
        })?;
        out.write_all(b"}")?;
    }
    out.write_all(b"]}\n")
}

/// A JSON string.
pub(super) fn text(out: &mut impl Write, text: &str) -> io::Result<()> {
    serde_json::to_writer(out, text).map_err(io::Error::from)
}

fn parts<'m, W: Write>(
    out: &mut W,
    of: Element<'m>,
    each: impl FnMut(&mut W, Element<'m>) -> io::Result<()>,
) -> io::Result<()> {
    if of.is_empty() {
        return out.write_all(b"[]");
    }
    list(out, of.children(), each)
}

fn list<'m, W: Write>(
    out: &mut W,
    elements: impl Iterator<Item = Element<'m>>,
    mut each: impl FnMut(&mut W, Element<'m>) -> io::Result<()>,
) -> io::Result<()> {
    out.write_all(b"[")?;
    for (number, element) in elements.enumerate() {
        if number > 0 {
            out.write_all(b",")?;
        }
        each(out, element)?;
    }
    out.write_all(b"]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hl7::parse;

    fn check(input: &str, expect: &str) {
        let mut out = Vec::new();
        write(&mut out, 3, &parse(input).0).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), format!("{expect}\n"));
    }

    #[test]
    fn every_level_has_its_list() {
        check(
            "MSH|^~\\&|A\rPID|12345",
            r#"{"index":3,"segments":[{"id":"MSH","fields":[[[["|"]]],[[["^~\\&"]]],[[["A"]]]]},{"id":"PID","fields":[[[["12345"]]]]}]}"#,
        );
        check(
            "PID|a^b&c~d||\"\"",
            r#"{"index":3,"segments":[{"id":"PID","fields":[[[["a"],["b","c"]],[["d"]]],[],[[["\"\""]]]]}]}"#,
        );
    }

    #[test]
    fn empty_parts_are_empty_lists() {
        check(
            "PID|~a|^b|",
            r#"{"index":3,"segments":[{"id":"PID","fields":[[[],[["a"]]],[[[],["b"]]],[]]}]}"#,
        );
        check(
            "PID",
            r#"{"index":3,"segments":[{"id":"PID","fields":[]}]}"#,
        );
        check("", r#"{"index":3,"segments":[]}"#);
    }

    #[test]
    fn values_are_unescaped() {
        check(
            r"PID|a\F\b\.br\",
            r#"{"index":3,"segments":[{"id":"PID","fields":[[[["a|b\\.br\\"]]]]}]}"#,
        );
    }
}
