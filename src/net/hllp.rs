//! The hybrid lower layer protocol: blocks that carry their size and a check character.
//!
//! A block stands in a frame: `D21`, a carriage return, the data, five digits for the size and three for
//! the check. Sites differ in what is counted and how it is checked, so both are settings.

use std::fmt;

use super::frame::Marks;

/// How a site writes its blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hllp {
    /// The digits of the protocol's version.
    pub version: [u8; 2],
    /// What the size counts.
    pub size: BlockSize,
    /// How the check is worked out.
    pub check: BlockCheck,
}

/// What the five digits of the size count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BlockSize {
    /// All from the start of the frame to the end of the data, as HL7 has it.
    #[default]
    Block,
    /// The data alone.
    Data,
    /// It is written as [`BlockSize::Block`] and not looked at.
    Ignored,
}

/// How the three digits of the check are worked out, from the start of the frame to the end of the data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BlockCheck {
    /// All bytes, exclusive-or, as HL7 has it.
    #[default]
    ExclusiveOr,
    /// Their sum, modulo 256: a block character check.
    Sum,
    /// `999` is written, and none looked at.
    None,
}

/// What a frame carries.
#[derive(Clone, PartialEq, Eq)]
pub enum Block {
    /// A message.
    Data(Vec<u8>),
    /// The peer could not take the block that was sent before.
    Refused(Refusal),
}

/// Why a block was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `C`
    Size,
    /// `X`
    Check,
    /// `B`
    TooLong,
    /// `G`
    Other,
}

/// Why the content of a frame is no block.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// It does not begin as one.
    #[error("the frame holds no block: {0}")]
    Shape(&'static str),
    /// Another version of the protocol.
    #[error("the block has version {found}; {expected} was agreed")]
    Version {
        /// As it stands there.
        found: String,
        /// As in the settings.
        expected: String,
    },
    /// Bytes were lost or added.
    #[error("the block says that it has {said} bytes and has {counted}")]
    Size {
        /// By its digits.
        said: u32,
        /// As the settings count.
        counted: usize,
    },
    /// Bytes were changed.
    #[error("the block's check is {said:03} and its bytes give {counted:03}")]
    Check {
        /// By its digits.
        said: u32,
        /// As the settings have it.
        counted: u32,
    },
    /// Five digits cannot say its size.
    #[error("a block of {0} bytes is too long: five digits tell its size")]
    TooLong(usize),
}

/// Type, version and carriage return.
const HEADER_BYTES: usize = 4;
/// Digits of size and check.
const TRAILER_BYTES: usize = 8;
/// What stands for a check that nobody worked out.
const UNCHECKED: u32 = 999;

impl Default for Hllp {
    fn default() -> Self {
        Self {
            version: *b"21",
            size: BlockSize::default(),
            check: BlockCheck::default(),
        }
    }
}

impl Hllp {
    /// The content of the frame that carries a block.
    ///
    /// Data that does not end with a carriage return gets one, as the protocol has it.
    ///
    /// # Errors
    ///
    /// Data whose size five digits cannot tell.
    pub fn write(&self, block: &Block, marks: &Marks) -> Result<Vec<u8>, BlockError> {
        let (kind, data) = match block {
            Block::Data(data) => (b'D', &**data),
            Block::Refused(refusal) => (b'N', refusal.letter()),
        };
        let mut content = vec![kind];
        content.extend_from_slice(&self.version);
        content.push(b'\r');
        content.extend_from_slice(data);
        if kind == b'D' && data.last() != Some(&b'\r') {
            content.push(b'\r');
        }
        let size = self.counted(&content, marks);
        if size > 99_999 {
            return Err(BlockError::TooLong(size));
        }
        let check = self.checked(&content, marks).unwrap_or(UNCHECKED);
        content.extend_from_slice(format!("{size:05}{check:03}").as_bytes());
        Ok(content)
    }

    /// The block in the content of a frame.
    ///
    /// # Errors
    ///
    /// What is no block, or not the one that was sent; [`BlockError::refusal`] is the answer to it.
    pub fn read(&self, content: &[u8], marks: &Marks) -> Result<Block, BlockError> {
        let data_end = content.len().checked_sub(TRAILER_BYTES);
        let (Some(header), Some(data_end)) = (content.get(..HEADER_BYTES), data_end) else {
            return Err(BlockError::Shape("it is shorter than header and check"));
        };
        let [kind, version @ .., b'\r'] = header else {
            return Err(BlockError::Shape(
                "no carriage return behind type and version",
            ));
        };
        let (block, trailer) = content.split_at(data_end);
        let Some(data) = block.get(HEADER_BYTES..) else {
            return Err(BlockError::Shape("it is shorter than header and check"));
        };
        if *version != self.version {
            return Err(BlockError::Version {
                found: version.escape_ascii().to_string(),
                expected: self.version.escape_ascii().to_string(),
            });
        }
        let digits = |part: Option<&[u8]>| -> Option<u32> {
            let text = std::str::from_utf8(part?).ok()?;
            let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| text.parse().ok())?
        };
        let (Some(size), Some(check)) = (digits(trailer.get(..5)), digits(trailer.get(5..))) else {
            return Err(BlockError::Shape(
                "it does not end with the digits of size and check",
            ));
        };
        let counted = self.counted(block, marks);
        if self.size != BlockSize::Ignored && usize::try_from(size) != Ok(counted) {
            return Err(BlockError::Size {
                said: size,
                counted,
            });
        }
        if let Some(counted) = self.checked(block, marks)
            && check != UNCHECKED
            && check != counted
        {
            return Err(BlockError::Check {
                said: check,
                counted,
            });
        }
        match kind {
            b'D' => Ok(Block::Data(data.to_vec())),
            b'N' => Ok(Block::Refused(Refusal::of(data))),
            _ => Err(BlockError::Shape("its type is neither D nor N")),
        }
    }

    /// The size of a block, from its type to the end of its data.
    fn counted(self, block: &[u8], marks: &Marks) -> usize {
        match self.size {
            BlockSize::Block | BlockSize::Ignored => marks.start().len() + block.len(),
            BlockSize::Data => block.len().saturating_sub(HEADER_BYTES),
        }
    }

    fn checked(self, block: &[u8], marks: &Marks) -> Option<u32> {
        let bytes = marks.start().iter().chain(block).copied();
        match self.check {
            BlockCheck::ExclusiveOr => Some(bytes.fold(0, |check, byte| check ^ byte).into()),
            BlockCheck::Sum => Some(bytes.fold(0, u8::wrapping_add).into()),
            BlockCheck::None => None,
        }
    }
}

impl Refusal {
    fn letter(self) -> &'static [u8] {
        match self {
            Refusal::Size => b"C",
            Refusal::Check => b"X",
            Refusal::TooLong => b"B",
            Refusal::Other => b"G",
        }
    }

    fn of(data: &[u8]) -> Self {
        [Refusal::Size, Refusal::Check, Refusal::TooLong]
            .into_iter()
            .find(|refusal| data.starts_with(refusal.letter()))
            .unwrap_or(Refusal::Other)
    }
}

impl BlockError {
    /// What a peer is told that sent it.
    pub fn refusal(&self) -> Refusal {
        match self {
            BlockError::Size { .. } => Refusal::Size,
            BlockError::Check { .. } => Refusal::Check,
            BlockError::TooLong(_) => Refusal::TooLong,
            BlockError::Shape(_) | BlockError::Version { .. } => Refusal::Other,
        }
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Block::Data(data) => write!(f, "Data({} bytes)", data.len()),
            Block::Refused(refusal) => write!(f, "Refused({refusal:?})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn settings() -> impl Strategy<Value = Hllp> {
        let sizes = vec![BlockSize::Block, BlockSize::Data, BlockSize::Ignored];
        let checks = vec![BlockCheck::ExclusiveOr, BlockCheck::Sum, BlockCheck::None];
        let (sizes, checks) = (prop::sample::select(sizes), prop::sample::select(checks));
        (sizes, checks).prop_map(|(size, check)| Hllp {
            size,
            check,
            ..Hllp::default()
        })
    }

    fn check(content: &[u8], expect: Result<&[u8], &str>) {
        let found = Hllp::default().read(content, &Marks::mllp());
        let found = found.map_err(|error| error.to_string());
        let expect = expect
            .map(|data| Block::Data(data.to_vec()))
            .map_err(str::to_owned);
        assert_eq!(found, expect, "{}", content.escape_ascii());
    }

    #[test]
    fn a_block_carries_its_size_and_check() {
        let block = Block::Data(b"MSH|1".to_vec());
        let content = Hllp::default().write(&block, &Marks::mllp()).unwrap();
        // 0B 'D' '2' '1' 0D, six bytes of data: 11; exclusive-or of all of them.
        assert_eq!(content, b"D21\rMSH|1\r00011087");
        let by_hand = b"\x0BD21\rMSH|1\r".iter().fold(0, |all, byte| all ^ byte);
        assert_eq!(by_hand, 87);
        check(&content, Ok(b"MSH|1\r"));
        check(b"D21\rMSH|1\r00011999", Ok(b"MSH|1\r"));
    }

    #[test]
    fn what_came_otherwise_than_sent_is_told() {
        check(
            b"D21\rMSH|\r00011087",
            Err("the block says that it has 11 bytes and has 10"),
        );
        check(
            b"D21\rMSH|2\r00011087",
            Err("the block's check is 087 and its bytes give 084"),
        );
        check(
            b"D22\rMSH|1\r00011087",
            Err("the block has version 22; 21 was agreed"),
        );
        check(
            b"MSH|1",
            Err("the frame holds no block: it is shorter than header and check"),
        );
        check(
            b"MSH|^~\\&|A|B\r",
            Err("the frame holds no block: no carriage return behind type and version"),
        );
        check(
            b"D21\rMSH|1\r",
            Err("the frame holds no block: it is shorter than header and check"),
        );
        check(
            b"D21\rMSH|1\rabcdefgh",
            Err("the frame holds no block: it does not end with the digits of size and check"),
        );
    }

    #[test]
    fn a_block_that_five_digits_cannot_size_is_not_written() {
        let write = |bytes| {
            let block = Block::Data(vec![b'\r'; bytes]);
            Hllp::default().write(&block, &Marks::mllp()).map(|_| ())
        };
        assert_eq!(write(99_994), Ok(()));
        assert_eq!(write(99_995), Err(BlockError::TooLong(100_000)));
    }

    proptest! {
        #[test]
        fn blocks_come_back_as_they_were_written(hllp in settings(), data in "[ -~]{0,40}\r", refused in 0_usize..5) {
            let refusals = [Refusal::Size, Refusal::Check, Refusal::TooLong, Refusal::Other];
            let block = match refusals.get(refused) {
                Some(refusal) => Block::Refused(*refusal),
                None => Block::Data(data.into_bytes()),
            };
            let content = hllp.write(&block, &Marks::mllp()).unwrap();
            prop_assert_eq!(hllp.read(&content, &Marks::mllp()), Ok(block));
        }

        #[test]
        fn a_byte_that_changed_on_the_way_is_found(data in "[ -~]{1,40}\r", at in any::<prop::sample::Index>(), by in 1_u8..=255) {
            let hllp = Hllp::default();
            let mut content = hllp.write(&Block::Data(data.into_bytes()), &Marks::mllp()).unwrap();
            let at = at.index(content.len());
            content[at] ^= by;
            let is_told = hllp.read(&content, &Marks::mllp()).is_err();
            // Nothing can be told of a check that became the one that means none.
            prop_assert!(is_told || content.ends_with(b"999"));
        }
    }
}
