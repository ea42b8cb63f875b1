//! Messages on the wire: how they are framed in a stream of bytes.
//!
//! Framing does no I/O. A [`Deframer`] is given the bytes of a connection in whatever pieces they
//! arrive and tells what is in them: frames, and all that a peer did otherwise than agreed, with the byte
//! at which it did. It loses nothing that could be a message and keeps no more than the limit allows. What
//! is sent is framed by [`Marks::frame`], which refuses a content that would not arrive as it is. In frames
//! of the hybrid lower layer protocol stand blocks, [`Hllp`].

mod deframer;
mod frame;
mod hllp;
#[cfg(test)]
mod tests_deframer;

pub use deframer::Deframer;
pub use frame::{
    Commit, Frame, FrameError, FrameEvent, FrameNote, Looks, Marks, MarksError, NoteKind,
};
pub use hllp::{Block, BlockCheck, BlockError, BlockSize, Hllp, Refusal};
