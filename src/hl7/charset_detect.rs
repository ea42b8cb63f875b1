//! Which charset bytes are in: by choice, byte order mark, MSH-18 and the bytes themselves.

use std::fmt;
use std::sync::Arc;

use super::charset::{Charset, Coding};
use super::charset_decode::{Origin, is_clean};
use super::charset_iso2022::family_of;

/// What MSH-18 says and the bytes deny.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Conflict {
    /// The byte order mark names another charset.
    ByteOrderMark {
        /// MSH-18.
        declared: Arc<str>,
        /// What the mark says, hence was read.
        found: Charset,
    },
    /// The bytes are no text of the declared charset.
    Bytes {
        /// MSH-18.
        declared: Arc<str>,
        /// What was read instead.
        found: Charset,
    },
    /// No charset of this name is known.
    UnknownName {
        /// MSH-18.
        declared: Arc<str>,
        /// What was read instead.
        found: Charset,
    },
    /// Read as declared, but control characters at 0x80 to 0x9F suggest another charset.
    Doubtful {
        /// MSH-18.
        declared: Arc<str>,
        /// What the sender may mean.
        suggestion: Charset,
    },
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByteOrderMark { declared, found } => write!(
                f,
                "MSH-18 says \"{declared}\" but the byte order mark says {found}: read as {found}"
            ),
            Self::Bytes { declared, found } => {
                write!(
                    f,
                    "MSH-18 says \"{declared}\" but the bytes are not: read as {found}"
                )
            }
            Self::UnknownName { declared, found } => {
                write!(
                    f,
                    "MSH-18 \"{declared}\" is no known character set: read as {found}"
                )
            }
            Self::Doubtful {
                declared,
                suggestion,
            } => write!(
                f,
                "MSH-18 says \"{declared}\" but bytes 80 to 9F are controls there: {suggestion}?"
            ),
        }
    }
}

/// The charset to read with, and why.
pub(super) struct Choice {
    pub(super) charset: Charset,
    pub(super) origin: Origin,
    pub(super) declared: Option<Arc<str>>,
    pub(super) conflict: Option<Conflict>,
    pub(super) bom_length: usize,
}

/// Decides; `wanted` wins over everything, `fallback` is for undeclared bytes that are not UTF-8.
pub(super) fn choose(bytes: &[u8], wanted: Option<Charset>, fallback: Charset) -> Choice {
    let bom = byte_order_mark(bytes);
    let wide = bom.map(|(charset, _)| charset).or_else(|| wide(bytes));
    let declared = declared(bytes, wide);
    let name: Option<Arc<str>> = declared
        .as_ref()
        .map(|found| Arc::from(found.name.as_str()));
    if let Some(charset) = wanted {
        let bom_length = bom
            .filter(|(found, _)| *found == charset)
            .map_or(0, |(_, length)| length);
        let origin = Origin::Chosen;
        return Choice {
            charset,
            origin,
            declared: name,
            conflict: None,
            bom_length,
        };
    }
    let said = declared.as_ref().and_then(|found| found.charset);
    if let Some((charset, bom_length)) = bom {
        let conflict = name
            .clone()
            .filter(|_| said.is_none_or(|said| !is_same_family(said, charset)))
            .map(|declared| Conflict::ByteOrderMark {
                declared,
                found: charset,
            });
        let origin = Origin::ByteOrderMark;
        return Choice {
            charset,
            origin,
            declared: name,
            conflict,
            bom_length,
        };
    }
    let (charset, origin) = match (wide, declared.as_ref()) {
        (Some(wide), _) => (wide, Origin::Found),
        (None, Some(declared)) => with_declaration(bytes, declared, fallback),
        (None, None) => without_declaration(bytes, fallback),
    };
    let conflict = name.clone().and_then(|declared| match said {
        None => Some(Conflict::UnknownName {
            declared,
            found: charset,
        }),
        Some(said) if !is_same_family(said, charset) => Some(Conflict::Bytes {
            declared,
            found: charset,
        }),
        Some(_) => doubt(bytes, charset).map(|suggestion| Conflict::Doubtful {
            declared,
            suggestion,
        }),
    });
    Choice {
        charset,
        origin,
        declared: name,
        conflict,
        bom_length: 0,
    }
}

/// MSH-18.
struct Declared {
    /// All of it, as it stands.
    name: String,
    /// What the first repetition that is not empty names.
    charset: Option<Charset>,
}

/// The byte order mark at the start, and its length.
pub(super) fn byte_order_mark(bytes: &[u8]) -> Option<(Charset, usize)> {
    let marks: [(&[u8], Charset); 5] = [
        (&[0, 0, 0xFE, 0xFF], Charset::UTF_32BE),
        (&[0xFF, 0xFE, 0, 0], Charset::UTF_32LE),
        (&[0xEF, 0xBB, 0xBF], Charset::UTF_8),
        (&[0xFE, 0xFF], Charset::UTF_16BE),
        (&[0xFF, 0xFE], Charset::UTF_16LE),
    ];
    marks
        .into_iter()
        .find(|(mark, _)| bytes.starts_with(mark))
        .map(|(mark, charset)| (charset, mark.len()))
}

/// UTF-16 or UTF-32 without a mark: ASCII characters with NULs between them.
pub(super) fn wide(bytes: &[u8]) -> Option<Charset> {
    let plain = |b: &u8| matches!(*b, b' '..=b'~' | b'\r' | b'\n' | 0x0B);
    let start = bytes.get(..8).or_else(|| bytes.get(..4))?;
    let is_ascii_at = |width: usize, place: usize| {
        start.chunks_exact(width).len() >= 2
            && start.chunks_exact(width).all(|unit| {
                unit.iter()
                    .enumerate()
                    .all(|(at, b)| if at == place { plain(b) } else { *b == 0 })
            })
    };
    [
        (4, 3, Charset::UTF_32BE),
        (4, 0, Charset::UTF_32LE),
        (2, 1, Charset::UTF_16BE),
        (2, 0, Charset::UTF_16LE),
    ]
    .into_iter()
    .find(|(width, place, _)| is_ascii_at(*width, *place))
    .map(|(_, _, charset)| charset)
}

/// One byte for each code unit of UTF-16 or UTF-32; 0xFF where it is not ASCII.
pub(super) fn narrow(bytes: &[u8], charset: Charset) -> Option<Vec<u8>> {
    let (width, place) = match charset {
        Charset::UTF_16LE => (2, 0),
        Charset::UTF_16BE => (2, 1),
        Charset::UTF_32LE => (4, 0),
        Charset::UTF_32BE => (4, 3),
        _ => return None,
    };
    let ascii = |unit: &[u8]| {
        let low = unit.get(place).copied().filter(u8::is_ascii);
        let rest = unit
            .iter()
            .enumerate()
            .all(|(at, b)| at == place || *b == 0);
        low.filter(|_| rest).unwrap_or(0xFF)
    };
    Some(bytes.chunks_exact(width).map(ascii).collect())
}

fn declared(bytes: &[u8], wide: Option<Charset>) -> Option<Declared> {
    // MSH-18 stands at the start of a message: what follows megabytes of other text is not read.
    let start = bytes.get(..bytes.len().min(64 * 1024)).unwrap_or_default();
    let narrowed = wide.and_then(|wide| narrow(start, wide));
    let start = narrowed.as_deref().unwrap_or(start);
    let line = start
        .split(|b| matches!(b, b'\r' | b'\n'))
        .map(|line| {
            let blank = |b: &&u8| !matches!(**b, 0xEF | 0xBB | 0xBF | 0xFF | 0xFE | 0 | 0x0B);
            let from = line.iter().take(8).position(|b| blank(&b)).unwrap_or(0);
            line.get(from..).unwrap_or_default()
        })
        .find(|line| line.starts_with(b"MSH"))?;
    let separator = *line.get(3)?;
    let mut fields = line.split(|b| *b == separator);
    let encoding_characters = fields.nth(1)?;
    let repetition = encoding_characters.get(1).copied().unwrap_or(b'~');
    let component = encoding_characters.first().copied().unwrap_or(b'^');
    let field = fields.nth(15)?;
    let first = field
        .split(|b| *b == repetition || *b == component)
        .find(|name| !name.trim_ascii().is_empty())?;
    Some(Declared {
        name: String::from_utf8_lossy(field).into_owned(),
        charset: std::str::from_utf8(first).ok().and_then(Charset::from_name),
    })
}

fn without_declaration(bytes: &[u8], fallback: Charset) -> (Charset, Origin) {
    if let Some(family) = family_of(bytes) {
        (Charset(Coding::Iso2022(family)), Origin::Found)
    } else if bytes.is_ascii() {
        (Charset::UTF_8, Origin::Assumed)
    } else if is_mostly_utf8(bytes) {
        (Charset::UTF_8, Origin::Found)
    } else {
        (fallback, Origin::Assumed)
    }
}

fn with_declaration(bytes: &[u8], declared: &Declared, fallback: Charset) -> (Charset, Origin) {
    let Some(said) = declared.charset else {
        return without_declaration(bytes, fallback);
    };
    let as_said = (said, Origin::Declared);
    let as_found = || without_declaration(bytes, fallback);
    match said.0 {
        Coding::Ascii if bytes.is_ascii() => family_of(bytes).map_or(as_said, |family| {
            (Charset(Coding::Iso2022(family)), Origin::Declared)
        }),
        Coding::Utf8 if bytes.is_ascii() || is_mostly_utf8(bytes) => as_said,
        // That the bytes are not wide was seen before.
        Coding::Utf16(_) | Coding::Utf32(_) | Coding::Ascii | Coding::Utf8 => as_found(),
        Coding::Latin1 | Coding::Single(_) => {
            if is_utf8_after_all(bytes, said) {
                (Charset::UTF_8, Origin::Found)
            } else {
                as_said
            }
        }
        Coding::Iso2022(_) | Coding::Multi(_) => match family_of(bytes) {
            Some(family) => (Charset(Coding::Iso2022(family)), Origin::Declared),
            None if std::str::from_utf8(bytes).is_ok() && !is_clean(bytes, said) => {
                (Charset::UTF_8, Origin::Found)
            }
            None => as_said,
        },
    }
}

/// Whether there are characters of UTF-8 beyond ASCII, or only an end that was cut.
///
/// A sender of UTF-8 whose text was damaged still has whole characters in it; Latin-1 has none.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => {
            let cut_at_the_end = error.error_len().is_none();
            cut_at_the_end || whole_and_broken(bytes).is_gt()
        }
    }
}

/// Characters beyond ASCII against invalid sequences, compared.
fn whole_and_broken(bytes: &[u8]) -> std::cmp::Ordering {
    let (mut whole, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    whole.cmp(&broken)
}

/// Whether bytes declared as a one-byte charset are UTF-8.
///
/// In the charsets of Western Europe no text looks so. In the others (Cyrillic, Greek …) two
/// letters can, but then no byte is a control character at 0x80 to 0x9F.
fn is_utf8_after_all(bytes: &[u8], said: Charset) -> bool {
    !bytes.is_ascii()
        && std::str::from_utf8(bytes).is_ok()
        && (said == Charset::LATIN_1 || said == Charset::WINDOWS_1252 || has_upper_controls(bytes))
}

fn has_upper_controls(bytes: &[u8]) -> bool {
    bytes.iter().any(|b| (0x80..=0x9F).contains(b))
}

fn doubt(bytes: &[u8], charset: Charset) -> Option<Charset> {
    (charset == Charset::LATIN_1 && has_upper_controls(bytes)).then_some(Charset::WINDOWS_1252)
}

/// Whether reading `found` where MSH-18 says `said` is no contradiction.
fn is_same_family(said: Charset, found: Charset) -> bool {
    match (said.0, found.0) {
        // ASCII or KS X 1001 switched to by escape sequences is as MSH-18 says.
        (Coding::Utf16(_), Coding::Utf16(_))
        | (Coding::Utf32(_), Coding::Utf32(_))
        | (Coding::Ascii | Coding::Multi(_) | Coding::Iso2022(_), Coding::Iso2022(_)) => true,
        _ => said == found,
    }
}
