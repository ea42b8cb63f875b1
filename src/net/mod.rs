//! Messages on the wire: frames, acknowledgments, and the sockets that carry them.
//!
//! **Framing** does no I/O. A [`Deframer`] is given the bytes of a connection in whatever pieces they
//! arrive and tells what is in them: frames, and all that a peer did otherwise than agreed, with the byte
//! at which it did. It loses nothing that could be a message and keeps no more than the limit allows. What
//! is sent is framed by [`Marks::frame`], which refuses a content that would not arrive as it is. In frames
//! of the hybrid lower layer protocol stand blocks, [`Hllp`]; which one is spoken is the [`Layer`].
//!
//! **Acknowledgments** are values. An [`Ack`] is written as the answer to the bytes of a message, in that
//! message's delimiters, charset and version; which ones a message asks for is said by [`Asked`]; what a
//! peer answered is read by [`Answer::read`].
//!
//! **Sockets** run on the threads of a [`Wire`]; everybody else stays synchronous. A [`Listener`] tells what
//! happens as [`ListenerEvent`]s and hands each message to a [`Decider`], which gives its [`Verdict`] by
//! the message's [`Reply`] when and where it likes: until then there is no answer, so an acknowledgment
//! never comes before the message is safe.
//!
//! A [`Sender`] takes messages from any thread and follows each one to its [`Outcome`]: what the peer
//! answered, that it certainly does not have the message, or that nobody knows. An answer that is late, comes
//! twice or belongs to another message is told and never taken for the one that is waited for.
//!
//! Both can speak TLS ([`TlsServer`], [`TlsClient`]) and can be told to misbehave: [`Faults`] by name, at every
//! n-th message or by chance, the same again from the same seed.
//!
//! [`Layer::Http`] carries messages without frames: one POST a message, its acknowledgment in the answer. All
//! that is said of listeners and senders holds for it, but for [`Faults`] that are of frames, which are refused.
//!
//! With them somebody else's program is tormented, case by case: a listener by [`Wire::torture_listener`], a
//! sender by [`Wire::torture_sender`]. A [`CaseReport`] says what was done, what came, and what is to be thought
//! of it.
//!
//! A [`Journal`] keeps messages in a folder and tells when each is durable; [`Journal::before`] puts it before a
//! decider, so that what is acknowledged survives a crash at any moment. It is the only part of the room that
//! touches files.
//!
//! Nothing here prints what a message says: `Debug` and the words of events tell sizes, codes and places.

mod ack;
mod acks;
mod answer;
mod answering;
mod arrivals;
mod asked;
mod attended;
mod attending;
mod beginning;
mod connect;
mod connection;
mod decider;
mod deframer;
mod delivery;
mod duplicates;
mod exchange;
mod faults;
mod flight;
mod frame;
mod going;
mod header;
mod hllp;
mod http;
mod http_answer;
mod http_connection;
mod http_link;
mod http_mask;
mod http_request;
mod http_url;
mod http_words;
mod intake;
mod journal;
mod journal_record;
mod layer;
mod line;
mod link;
mod listen_address;
mod listener;
mod listener_event;
mod listener_settings;
mod meter;
mod one_by_one;
mod paced;
mod pipe;
mod player;
mod request_note;
mod running;
mod sender;
mod sender_event;
mod sender_settings;
mod stamps;
mod stream;
mod tally;
#[cfg(test)]
mod tests_deframer;
#[cfg(test)]
mod tests_journal;
mod tls;
mod torture;
mod torture_cases;
mod torture_report;
mod torture_senders;
mod verdict;
mod waiting;
mod window;
mod wire;
mod words;

pub use ack::{Ack, AckCode, AckCodeError, Condition, Fresh};
pub use answer::{Answer, AnswerError};
pub use asked::{Answers, Asked, Asks};
pub use decider::{Decider, Reply};
pub use deframer::Deframer;
pub use delivery::{ConnectError, Delivery, GivenBack, NotSent, Outcome, Unknown};
pub use faults::{Fault, FaultError, FaultRule, FaultSide, When};
pub use frame::{
    Commit, Frame, FrameError, FrameEvent, FrameNote, Looks, Marks, MarksError, NoteKind,
};
pub use header::Header;
pub use hllp::{Block, BlockCheck, BlockError, BlockSize, Hllp, Refusal};
pub use http::{Credentials, CredentialsError, Http};
pub use http_url::{HttpUrl, HttpUrlError};
pub use http_words::{HttpRefusal, HttpTrouble};
pub use intake::ContentNote;
pub use journal::{Damage, Journal, JournalError, JournalFile, JournalSettings, Recovery, replay};
pub use journal_record::Record;
pub use layer::Layer;
pub use listen_address::{ListenAddress, ListenAddressError};
pub use listener::{ListenError, Listener};
pub use listener_event::{
    Answered, Closed, Closing, ListenerEvent, ListenerNews, NotDelivered, Tell, TurnedAway,
    Unanswered,
};
pub use listener_settings::{
    AddressRule, AddressRuleError, BatchAnswer, DuplicateRule, ListenerSettings,
};
pub use player::Faults;
pub use request_note::RequestNote;
pub use sender::{Sender, Ticket};
pub use sender_event::{Late, Parting, SenderEvent, SenderNews};
pub use sender_settings::{AfterFailure, Repeat, ResendAfter, SenderSettings, Target, TargetError};
pub use stream::{Direction, WireBytes};
pub use tls::{Authorities, Identity, MinimumVersion, SelfSigned, TlsClient, TlsError, TlsServer};
pub use torture::{TortureSettings, torture_cases};
pub use torture_report::{CaseReport, CaseVerdict, HexDump, Move, MoveKind};
pub use torture_senders::{SenderTorture, StopTorture, sender_torture_cases};
pub use verdict::{ConnectionId, Received, Verdict};
pub use wire::Wire;
