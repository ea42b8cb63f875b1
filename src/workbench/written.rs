//! An output message as bytes, in the charset that it was read with or that its MSH-18 names.

use crate::hl7::{Charset, Decoded, EncodeError, Message, SegmentId, decode, encode};

/// The message that an output was made from.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// As it was parsed.
    pub message: &'a Message,
    /// As it was decoded.
    pub decoded: &'a Decoded,
    /// As it came.
    pub bytes: &'a [u8],
}

/// Why a message cannot be written: nothing is written in its place.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// A character that the charset does not have.
    #[error("{0}")]
    Character(#[from] EncodeError),
    /// Nobody can tell which bytes its characters would be.
    #[error("MSH-18 of the output is no known character set")]
    UnknownCharset,
}

/// A message as bytes, each segment ended by CR. Under the MSH-18 that it came with it is written as
/// it was read, byte for byte where nothing was edited; else in the charset that its MSH-18 names.
pub fn written(message: &Message, input: Option<Input<'_>>) -> Result<Vec<u8>, NotWritten> {
    let mut text = String::with_capacity(message.text().len() + 1);
    for segment in message.segments() {
        text.push_str(segment.raw());
        text.push('\r');
    }
    let names = charset_names(message);
    match input.filter(|input| charset_names(input.message) == names) {
        Some(input) => as_read(text, &input),
        None => as_named(text, &names),
    }
}

/// The bytes of the text in the charset that the input was read with.
fn as_read(text: String, input: &Input<'_>) -> Result<Vec<u8>, NotWritten> {
    let decoded = input.decoded;
    let is_utf_8 = decoded.charset == Charset::UTF_8;
    if is_utf_8 && decoded.undecodable.is_empty() {
        return Ok(text.into_bytes());
    }
    let mut written = encode(&text, Some((decoded, input.bytes)), decoded.charset)?;
    if is_utf_8 {
        // The mark is the file's and not the message's, which begins with its MSH.
        written.drain(..decoded.bom_length.min(written.len()));
    }
    Ok(written)
}

/// The bytes of the text in the charset that the names mean to one who reads it back: the first, or
/// another to which the bytes themselves lead from there.
fn as_named(text: String, names: &[String]) -> Result<Vec<u8>, NotWritten> {
    if names.is_empty() {
        return Ok(encode(&text, None, Charset::UTF_8)?);
    }
    let mut refused = None;
    for (place, name) in names.iter().enumerate() {
        let Some(charset) = Charset::from_name(name) else {
            continue;
        };
        match encode(&text, None, charset) {
            Ok(written) if place == 0 || *decode(&written, None).text == *text => {
                return Ok(written);
            }
            Ok(_) => {}
            Err(error) => drop(refused.get_or_insert(error)),
        }
    }
    match refused {
        _ if text.is_ascii() => Ok(text.into_bytes()),
        Some(error) => Err(error.into()),
        None => Err(NotWritten::UnknownCharset),
    }
}

/// What MSH-18 names, in all repetitions.
fn charset_names(message: &Message) -> Vec<String> {
    let header = SegmentId::new("MSH").and_then(|id| message.segments_named(id).next());
    let Some(field) = header.and_then(|header| header.field(18)) else {
        return Vec::new();
    };
    let delimiters = message.delimiters();
    field
        .raw()
        .split([delimiters.repetition, delimiters.component])
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}
