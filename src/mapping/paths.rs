//! Paths as scripts write them, parsed once: `PID-5[2].1` of a message, `5[2].1` of a segment.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use super::fault::ScriptFault;
use crate::hl7::{FieldPath, Location, Pick, SegmentId};

/// What a path says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Path {
    /// A place in a message: it names its segment.
    Whole(Location),
    /// A place in a segment that is at hand.
    Inner(FieldPath),
}

/// Paths by their text.
pub(super) type PathTable = HashMap<Box<str>, Path, BuildHasherDefault<TextHasher>>;

/// The paths of a run: those of the program's constants, shared, and those that it composed.
pub(super) struct Paths {
    constants: Arc<PathTable>,
    composed: PathTable,
}

/// Composed paths kept at a time; a script that makes more has them parsed again.
const MOST_COMPOSED: usize = 1024;

/// Segments and repetitions beyond this are a slip, and would only fill memory.
pub(super) const MOST_REPETITIONS: u32 = 10_000;

/// Characters shown of a text that should be a path.
const MOST_SHOWN: usize = 12;

impl Path {
    /// Reads a path of either kind.
    pub(super) fn parse(text: &str) -> Result<Self, ScriptFault> {
        let parsed =
            if text.starts_with(|c: char| c.is_ascii_digit()) && SegmentId::new(text).is_none() {
                FieldPath::parse(text).map(Path::Inner)
            } else {
                text.parse().map(Path::Whole)
            };
        parsed.map_err(|error| {
            let shown = shortened(text);
            ScriptFault::new("script-path", format!("\"{shown}\" is no path, {error}"))
                .with_help("write PID, PID-5, PID-5.1, PID-5[2].1.3, OBX[*]-5 or PID-3[?5=MR].1")
        })
    }

    /// The path as a place in a message.
    pub(super) fn whole(&self) -> Result<&Location, ScriptFault> {
        match self {
            Path::Whole(location) => Ok(location),
            Path::Inner(path) => Err(ScriptFault::new(
                "script-path",
                format!("\"{}\" names no segment", path.without_values()),
            )
            .with_help(format!(
                "write the segment too, such as PID-{}",
                path.without_values()
            ))),
        }
    }

    /// The path as a place in a segment named `id`.
    pub(super) fn inside(&self, id: &str) -> Result<&FieldPath, ScriptFault> {
        match self {
            Path::Inner(path) => Ok(path),
            Path::Whole(location) => match &location.path {
                Some(path) if location.segment.as_str() == id => Ok(path),
                _ => Err(ScriptFault::new(
                    "script-path",
                    format!(
                        "{} is no place in a segment {id}",
                        location.without_values()
                    ),
                )
                .with_help(format!("write {id}-4.1 or just 4.1"))),
            },
        }
    }

    /// Refuses numbers that only a slip can mean.
    pub(super) fn check_size(&self) -> Result<(), ScriptFault> {
        let (occurrence, path) = match self {
            Path::Whole(location) => (Some(&location.occurrence), location.path.as_ref()),
            Path::Inner(path) => (None, Some(path)),
        };
        for pick in [occurrence, path.map(|path| &path.repetition)]
            .into_iter()
            .flatten()
        {
            if let Pick::Nth(number) = pick
                && *number > MOST_REPETITIONS
            {
                return Err(ScriptFault::new(
                    "script-path",
                    format!("[{number}] is over the limit of {MOST_REPETITIONS}"),
                ));
            }
        }
        Ok(())
    }
}

/// The start of a text that a script composed: the rest may be a patient's.
pub(super) fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

impl Paths {
    pub(super) fn new(constants: Arc<PathTable>) -> Self {
        Self {
            constants,
            composed: PathTable::default(),
        }
    }

    /// The path of this text.
    pub(super) fn find(&mut self, text: &str) -> Result<&Path, ScriptFault> {
        if let Some(path) = self.constants.get(text) {
            return Ok(path);
        }
        if !self.composed.contains_key(text) {
            let path = Path::parse(text)?;
            if self.composed.len() >= MOST_COMPOSED {
                self.composed.clear();
            }
            self.composed.insert(text.into(), path);
        }
        // Put there just above.
        self.composed
            .get(text)
            .ok_or_else(|| ScriptFault::new("script-path", "no such path"))
    }
}

/// A hash for short texts that nobody outside chooses: constants of the script itself.
#[derive(Default)]
pub(super) struct TextHasher(u64);

impl Hasher for TextHasher {
    fn write(&mut self, bytes: &[u8]) {
        // The multiplier of FxHash.
        const SPREAD: u64 = 0x517c_c1b7_2722_0a95;
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(SPREAD);
        }
    }

    fn finish(&self) -> u64 {
        // The table uses the low bits, the multiplication fills the high ones.
        self.0.rotate_left(26)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let found = match Path::parse(text) {
            Ok(Path::Whole(location)) => location.to_string(),
            Ok(Path::Inner(path)) => format!("in a segment: {path}"),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn a_path_names_its_segment_or_stands_in_one() {
        check("PID-5[2].1.3", "PID-5[2].1.3");
        check("5[2].1.3", "in a segment: 5[2].1.3");
        check("11", "in a segment: 11");
        check(
            "PID-",
            "\"PID-\" is no path, at character 5: a number from 1 to 65535 is needed, such as the 5 in PID-5",
        );
    }

    #[test]
    fn a_path_outside_its_segment_is_refused() {
        let path = Path::parse("OBR-4.1").expect("a path");
        assert_eq!(
            path.inside("OBR").map(ToString::to_string).ok().as_deref(),
            Some("4.1")
        );
        assert!(path.inside("OBX").is_err());
        assert!(Path::parse("4.1").expect("a path").whole().is_err());
        assert!(
            Path::parse("PID-3[4000000000].1")
                .expect("a path")
                .check_size()
                .is_err()
        );
    }
}
