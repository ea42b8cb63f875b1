//! What carries messages: frames with the message itself or a block in them, or another transport.

use std::borrow::Cow;

use bytes::Bytes;

use super::frame::{Commit, FrameError, Marks};
use super::hllp::{Block, BlockError, Hllp, Refusal};
use super::http::Http;

/// The lower layer protocol that two peers have agreed on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Layer {
    /// MLLP release 1: the message.
    #[default]
    Mllp,
    /// MLLP release 2: the message, and each side confirms by a byte that what came is stored.
    MllpRelease2,
    /// The hybrid lower layer protocol: a block with its size and check.
    Hllp(Hllp),
    /// HL7 over HTTP, which has no frames.
    Http(Http),
}

/// What the content of a frame turned out to be.
#[derive(Debug)]
pub(super) enum Opened {
    Message(Vec<u8>),
    /// Whether the last thing that was sent is stored.
    Commit(Commit),
    /// The last block that was sent could not be taken.
    Refused(Refusal),
    /// A block that lost or changed bytes.
    Broken(BlockError),
}

impl Layer {
    /// The content of the frame that carries a message.
    pub(super) fn wrap<'m>(
        &self,
        message: &'m [u8],
        marks: &Marks,
    ) -> Result<Cow<'m, [u8]>, BlockError> {
        match self {
            Layer::Mllp | Layer::MllpRelease2 | Layer::Http(_) => Ok(Cow::Borrowed(message)),
            Layer::Hllp(hllp) => hllp
                .write(&Block::Data(message.to_vec()), marks)
                .map(Cow::Owned),
        }
    }

    pub(super) fn open(&self, content: Vec<u8>, marks: &Marks) -> Opened {
        match self {
            Layer::Mllp | Layer::Http(_) => Opened::Message(content),
            Layer::MllpRelease2 => match Commit::of(&content) {
                Some(commit) => Opened::Commit(commit),
                None => Opened::Message(content),
            },
            Layer::Hllp(hllp) => match hllp.read(&content, marks) {
                Ok(Block::Data(message)) => Opened::Message(message),
                Ok(Block::Refused(refusal)) => Opened::Refused(refusal),
                Err(error) => Opened::Broken(error),
            },
        }
    }

    /// A message as it goes over the wire: in its frame, where the layer has frames.
    pub(super) fn framed(&self, inner: &Bytes, marks: &Marks) -> Result<Bytes, FrameError> {
        match self {
            Layer::Mllp | Layer::MllpRelease2 | Layer::Hllp(_) => {
                marks.frame(inner).map(Bytes::from)
            }
            Layer::Http(_) if inner.is_empty() => Err(FrameError::Empty),
            Layer::Http(_) => Ok(inner.clone()),
        }
    }

    /// What a block that cannot be taken is answered with, in its frame.
    pub(super) fn refusal(&self, error: &BlockError, marks: &Marks) -> Vec<u8> {
        let Layer::Hllp(hllp) = self else {
            return Vec::new();
        };
        let content = hllp
            .write(&Block::Refused(error.refusal()), marks)
            .unwrap_or_default();
        marks.frame(&content).unwrap_or_default()
    }
}
