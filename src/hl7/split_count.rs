//! Whether a file's batches hold as many messages, and the file as many batches, as they say.

use std::fmt;

use super::charset_detect::{narrow, wide};
use super::split::{Piece, PieceKind};

/// What is wrong with a batch or a file of batches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BatchFault {
    /// The piece it is about: an index into what `split` gave.
    pub piece: usize,
    /// What is wrong.
    pub kind: BatchFaultKind,
}

/// What can be wrong with a batch or a file of batches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BatchFaultKind {
    /// BTS-1 is not the number of messages in the batch.
    MessageCount {
        /// BTS-1.
        declared: u64,
        /// How many there are.
        counted: u64,
    },
    /// FTS-1 is not the number of batches in the file.
    BatchCount {
        /// FTS-1.
        declared: u64,
        /// How many there are.
        counted: u64,
    },
    /// BTS-1 or FTS-1 is no number.
    UnreadableCount,
    /// A trailer without its header.
    MissingHeader,
    /// A header without its trailer.
    MissingTrailer,
}

impl BatchFaultKind {
    /// A short name that stays the same, for filtering.
    pub fn code(self) -> &'static str {
        match self {
            Self::MessageCount { .. } => "batch-message-count",
            Self::BatchCount { .. } => "file-batch-count",
            Self::UnreadableCount => "batch-count-unreadable",
            Self::MissingHeader => "batch-header-missing",
            Self::MissingTrailer => "batch-trailer-missing",
        }
    }
}

impl fmt::Display for BatchFaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MessageCount { declared, counted } => {
                write!(f, "BTS-1 says {declared} messages, the batch has {counted}")
            }
            Self::BatchCount { declared, counted } => {
                write!(f, "FTS-1 says {declared} batches, the file has {counted}")
            }
            Self::UnreadableCount => f.write_str("the count in the trailer is no number"),
            Self::MissingHeader => {
                f.write_str("a trailer (BTS, FTS) without its header (BHS, FHS)")
            }
            Self::MissingTrailer => {
                f.write_str("a header (BHS, FHS) without its trailer (BTS, FTS)")
            }
        }
    }
}

/// Checks the batches of a file that `split` cut into `pieces`.
pub fn batch_faults(bytes: &[u8], pieces: &[Piece]) -> Vec<BatchFault> {
    let mut count = BatchCount::default();
    count.take(bytes, pieces);
    count.faults()
}

/// Checks the batches of a file that comes in parts: takes the pieces of each part.
#[derive(Debug, Default)]
pub struct BatchCount {
    faults: Vec<BatchFault>,
    file: Option<usize>,
    batch: Option<usize>,
    messages: u64,
    messages_in_file: u64,
    batches: u64,
    /// How many pieces were taken.
    pieces: usize,
}

/// The first field of a trailer.
#[derive(Clone, Copy)]
enum Declared {
    Nothing,
    Number(u64),
    Unreadable,
}

impl BatchCount {
    /// Goes on with the pieces of `bytes`, the next part of the file.
    pub fn take(&mut self, bytes: &[u8], pieces: &[Piece]) {
        for piece in pieces {
            let text = bytes.get(piece.range.clone()).unwrap_or_default();
            let index = self.pieces;
            self.pieces += 1;
            match piece.kind {
                PieceKind::Message => {
                    self.messages += 1;
                    self.messages_in_file += 1;
                }
                PieceKind::FileHeader => self.open_file(index),
                PieceKind::BatchHeader => self.open_batch(index),
                PieceKind::BatchTrailer => self.close_batch(index, declared(text)),
                PieceKind::FileTrailer => self.close_file(index, declared(text)),
                PieceKind::Stray | PieceKind::Filler => {}
            }
        }
    }

    /// What is wrong with the whole, in the order of its pieces.
    pub fn faults(mut self) -> Vec<BatchFault> {
        self.miss_trailer_of_batch();
        self.miss_trailer_of_file();
        self.faults.sort_by_key(|fault| fault.piece);
        self.faults
    }

    fn fault(&mut self, piece: usize, kind: BatchFaultKind) {
        self.faults.push(BatchFault { piece, kind });
    }

    fn miss_trailer_of_batch(&mut self) {
        if let Some(header) = self.batch.take() {
            self.fault(header, BatchFaultKind::MissingTrailer);
        }
    }

    fn miss_trailer_of_file(&mut self) {
        if let Some(header) = self.file.take() {
            self.fault(header, BatchFaultKind::MissingTrailer);
        }
    }

    fn open_file(&mut self, piece: usize) {
        self.miss_trailer_of_batch();
        self.miss_trailer_of_file();
        self.file = Some(piece);
        (self.messages, self.messages_in_file, self.batches) = (0, 0, 0);
    }

    fn open_batch(&mut self, piece: usize) {
        self.miss_trailer_of_batch();
        self.batch = Some(piece);
        self.batches += 1;
        self.messages = 0;
    }

    fn close_batch(&mut self, piece: usize, declared: Declared) {
        if self.batch.take().is_none() {
            self.batches += 1;
            self.fault(piece, BatchFaultKind::MissingHeader);
        }
        let counted = self.messages;
        match declared {
            Declared::Number(declared) if declared != counted => {
                self.fault(piece, BatchFaultKind::MessageCount { declared, counted });
            }
            Declared::Unreadable => self.fault(piece, BatchFaultKind::UnreadableCount),
            Declared::Nothing | Declared::Number(_) => {}
        }
        self.messages = 0;
    }

    fn close_file(&mut self, piece: usize, declared: Declared) {
        self.miss_trailer_of_batch();
        if self.file.take().is_none() {
            self.fault(piece, BatchFaultKind::MissingHeader);
        }
        let counted = self.batches;
        // A file may hold messages without batches: then FTS-1 counts the one or the other.
        let unbatched =
            |declared: u64| counted == 0 && (declared == 1 || declared == self.messages_in_file);
        match declared {
            Declared::Number(declared) if declared != counted && !unbatched(declared) => {
                self.fault(piece, BatchFaultKind::BatchCount { declared, counted });
            }
            Declared::Unreadable => self.fault(piece, BatchFaultKind::UnreadableCount),
            Declared::Nothing | Declared::Number(_) => {}
        }
        (self.messages, self.messages_in_file, self.batches) = (0, 0, 0);
    }
}

fn declared(trailer: &[u8]) -> Declared {
    let narrowed = wide(trailer).and_then(|charset| narrow(trailer, charset));
    let line = narrowed.as_deref().unwrap_or(trailer).trim_ascii();
    let Some(separator) = line.get(3) else {
        return Declared::Nothing;
    };
    let field = line
        .split(|b| b == separator)
        .nth(1)
        .unwrap_or_default()
        .trim_ascii();
    if field.is_empty() {
        return Declared::Nothing;
    }
    std::str::from_utf8(field)
        .ok()
        .and_then(|field| field.parse().ok())
        .map_or(Declared::Unreadable, Declared::Number)
}

#[cfg(test)]
mod tests {
    use super::super::split::split;
    use super::*;

    fn check(text: &str, expect: &[(usize, &str)]) {
        let bytes = text.as_bytes();
        let faults = batch_faults(bytes, &split(bytes));
        let found: Vec<(usize, String)> = faults
            .iter()
            .map(|fault| (fault.piece, fault.kind.to_string()))
            .collect();
        let found: Vec<(usize, &str)> = found
            .iter()
            .map(|(at, text)| (*at, text.as_str()))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn counts_that_are_right_or_left_out_pass() {
        check("MSH|1\rMSH|2\r", &[]);
        check("FHS|\rBHS|\rMSH|\rMSH|\rBTS|2\rBHS|\rBTS|0|x\rFTS|2\r", &[]);
        check("FHS|\rMSH|\rMSH|\rFTS|2\r", &[]);
        check("BHS|\rMSH|\rBTS\r", &[]);
    }

    #[test]
    fn counts_that_are_wrong_are_named() {
        check(
            "FHS|\rBHS|\rMSH|\rBTS|7\rFTS|3\r",
            &[
                (3, "BTS-1 says 7 messages, the batch has 1"),
                (4, "FTS-1 says 3 batches, the file has 1"),
            ],
        );
        check(
            "BHS|\rMSH|\rBTS|two\r",
            &[(2, "the count in the trailer is no number")],
        );
    }

    #[test]
    fn headers_and_trailers_come_in_pairs() {
        check(
            "MSH|\rBTS|1\r",
            &[(1, "a trailer (BTS, FTS) without its header (BHS, FHS)")],
        );
        check(
            "FHS|\rBHS|\rMSH|\r",
            &[
                (0, "a header (BHS, FHS) without its trailer (BTS, FTS)"),
                (1, "a header (BHS, FHS) without its trailer (BTS, FTS)"),
            ],
        );
    }
}
