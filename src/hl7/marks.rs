//! Which delimiters a text holds, seen in one pass over its bytes.

use super::delimiters::Delimiters;
use super::element::{Element, Level};

const REPETITION: u8 = 1;
const COMPONENT: u8 = 2;
const SUBCOMPONENT: u8 = 4;
const ESCAPE: u8 = 8;

/// Which of a message's delimiters below the field separator a text holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Marks(u8);

impl Marks {
    /// Whether it repeats.
    pub fn has_repetitions(self) -> bool {
        self.0 & REPETITION != 0
    }

    /// Whether it has subcomponents.
    pub fn has_subcomponents(self) -> bool {
        self.0 & SUBCOMPONENT != 0
    }

    /// Whether something in it is escaped, so that its text is not what stands there.
    pub fn has_escapes(self) -> bool {
        self.0 & ESCAPE != 0
    }

    /// Whether a part of this level falls into others: [`Element::is_composite`] of what is no
    /// encoding characters.
    pub fn is_composite(self, level: Level) -> bool {
        let below = match level {
            Level::Segment | Level::Field => REPETITION | COMPONENT | SUBCOMPONENT,
            Level::Repetition => COMPONENT | SUBCOMPONENT,
            Level::Component => SUBCOMPONENT,
            Level::Subcomponent => 0,
        };
        self.0 & below != 0
    }
}

/// Sees what marks texts of one message hold: for ways through whole messages, where asking each
/// [`Element`] for each delimiter goes over its bytes again and again.
#[derive(Debug)]
pub struct MarkFinder {
    roles: [(char, u8); 4],
    /// By byte; nothing where a delimiter is no ASCII.
    of_bytes: Option<Box<[u8; 256]>>,
}

impl MarkFinder {
    /// For the delimiters of a message.
    pub fn new(delimiters: &Delimiters) -> Self {
        let roles = [
            (delimiters.repetition, REPETITION),
            (delimiters.component, COMPONENT),
            (delimiters.subcomponent, SUBCOMPONENT),
            (delimiters.escape, ESCAPE),
        ];
        let is_ascii = roles.iter().all(|(delimiter, _)| delimiter.is_ascii());
        let of_bytes = is_ascii.then(|| {
            let mut of_bytes = Box::new([0; 256]);
            for (delimiter, mark) in roles {
                if let Some(marks) = of_bytes.get_mut(delimiter as usize) {
                    *marks |= mark;
                }
            }
            of_bytes
        });
        Self { roles, of_bytes }
    }

    /// What an element holds.
    #[inline]
    pub fn of(&self, element: Element<'_>) -> Marks {
        let raw = element.raw();
        let Some(of_bytes) = &self.of_bytes else {
            return self.of_chars(raw);
        };
        let marks = raw
            .bytes()
            .fold(0, |marks, byte| marks | of_bytes[usize::from(byte)]);
        Marks(marks)
    }

    fn of_chars(&self, raw: &str) -> Marks {
        let held = self
            .roles
            .iter()
            .filter(|(delimiter, _)| raw.contains(*delimiter));
        Marks(held.fold(0, |marks, (_, mark)| marks | mark))
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    /// Each part of the text is told as the element itself tells it.
    fn check(text: &str) {
        let (message, _) = parse(text);
        let finder = MarkFinder::new(message.delimiters());
        let escape = message.delimiters().escape;
        let mut left: Vec<Element<'_>> = message
            .segments()
            .flat_map(|segment| segment.fields())
            .filter(|field| !field.is_encoding_characters())
            .collect();
        while let Some(element) = left.pop() {
            let marks = finder.of(element);
            let place = format!("{element:?} of {text}");
            assert_eq!(
                marks.is_composite(element.level()),
                element.is_composite(),
                "{place}"
            );
            assert_eq!(
                marks.has_escapes(),
                element.raw().contains(escape),
                "{place}"
            );
            left.extend(element.children());
        }
    }

    #[test]
    fn marks_say_what_elements_say() {
        check("MSH|^~\\&|A|B^C&D~E\rPID|1||7^^^X&Y~8|a\\T\\b|\"\"|x&y|plain");
        check("MSH|¦~\\&|A|B¦C&Ð~E\rPID|1||7¦¦¦X|a\\T\\b|§|Â");
        check("MSH#$%?!#A#B$C!D%E\rPID#1##7$$$X?T?!");
        check("MSH|^~|A|B^C&D~E");
    }
}
