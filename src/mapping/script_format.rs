//! Formatting of scripts: lines and spaces change, nothing else does.

use rhai::{Engine, Token};

use super::script_layout::lay_out;
use super::script_structure::Structure;
use super::script_tokens;

/// A script laid out as people write them.
#[derive(Clone, PartialEq, Eq)]
pub struct Formatted {
    /// The script.
    pub text: String,
    /// First byte of each token before and after.
    moved: Vec<(script_tokens::Token, usize)>,
}

/// Why a script is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// A bracket is not closed, or closes nothing.
    #[error("a bracket of the script has no partner: mend it first")]
    Bracket {
        /// Where it stands: a byte.
        at: usize,
    },
    /// A text or a comment has no end, or there is something that is not of the language.
    #[error("the script cannot be read to its end: mend it first")]
    Unreadable,
    /// Its layout is part of what it means.
    #[error("the script would mean something else: its layout is left alone")]
    Meaning,
}

/// Lays a script out: four spaces for each open bracket, one around operators, statements on lines of
/// their own. Comments and texts stay as they are, and so do line ends within a statement.
///
/// # Errors
/// Where the script cannot be read.
pub fn format_script(text: &str) -> Result<Formatted, FormatError> {
    let structure = Structure::of(text);
    if let Some(at) = structure.unpaired() {
        let at = structure.start_of(at);
        return Err(FormatError::Bracket { at });
    }
    let before = meaning(text).filter(|_| structure.is_whole());
    let before = before.ok_or(FormatError::Unreadable)?;
    let laid_out = lay_out(text);
    if meaning(&laid_out.text).as_ref() != Some(&before) {
        return Err(FormatError::Meaning);
    }
    Ok(Formatted {
        text: laid_out.text,
        moved: laid_out.moved,
    })
}

/// The tokens as Rhai reads them; nothing where it cannot.
fn meaning(text: &str) -> Option<Vec<Token>> {
    let engine = Engine::new_raw();
    let inputs = [text];
    let (mut stream, control) = engine.lex(&inputs);
    let mut found = Vec::new();
    let (mut depth, mut computing) = (0_usize, Vec::new());
    loop {
        let (token, _) = stream.next()?;
        match &token {
            Token::EOF => return Some(found),
            Token::LexError(_) => return None,
            Token::InterpolatedString(_) => computing.push(depth),
            Token::LeftBrace | Token::MapStart => depth += 1,
            Token::RightBrace => {
                depth = depth.saturating_sub(1);
                if computing.pop_if(|outer| *outer == depth).is_some() {
                    // Rhai's parser says where a text goes on.
                    control.borrow_mut().is_within_text = true;
                }
            }
            _ => {}
        }
        found.push(token);
    }
}

impl Formatted {
    /// Where a place of the script as it was stands now, as the same byte of the same token.
    pub fn moved(&self, byte: usize) -> usize {
        let next = self.moved.partition_point(|(token, _)| token.start <= byte);
        let last = next.checked_sub(1).and_then(|at| self.moved.get(at));
        match (last, self.moved.get(next)) {
            (Some((token, now)), _) if byte <= token.end => now + (byte - token.start),
            (_, Some((_, now))) => *now,
            _ => self.text.trim_end().len(),
        }
    }
}

/// Shows the shape only, as scripts may name patients.
impl std::fmt::Debug for Formatted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Formatted({} tokens)", self.moved.len())
    }
}
