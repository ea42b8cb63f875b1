//! Messages from the wire, mapped and answered as that turns out.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, JoinHandle};

use super::acknowledge::acknowledgment;
use super::answer_script::AnswerScript;
use super::clock::local_time;
use super::corpus::Corpus;
use super::derive::transform;
use super::inputs::Snapshot;
use super::memo::Memo;
use super::source::{Origin, Source};
use crate::cancel::Cancel;
use crate::net::{Ack, AckCode, ConnectionId, Decider, Received, Reply, Verdict};

/// What was decided about a message.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The connection that it came by.
    pub connection: ConnectionId,
    /// Which message of the connection, counted from 1.
    pub number: u64,
    /// What it is answered with.
    pub ack: Ack,
}

/// A thread that maps the messages of listeners. It ends when the last listener that hands it messages is gone.
pub struct Reception {
    thread: Option<JoinHandle<()>>,
    errands: Sender<Errand>,
}

enum Errand {
    Message(Received, Reply),
    /// From now on it is mapped so.
    Follow(Box<Snapshot>),
}

impl Reception {
    /// Starts the thread; `snapshot` says all but the message. What is decided is told on it.
    ///
    /// # Errors
    ///
    /// The system gives no thread.
    pub fn start(snapshot: Snapshot, tell: impl Fn(Decided) + Send + 'static) -> io::Result<Self> {
        Self::begin(Decides::Mapping(Box::new(snapshot)), tell)
    }

    /// Starts the thread; a script makes each acknowledgment.
    ///
    /// # Errors
    ///
    /// The system gives no thread.
    pub fn answering(
        script: AnswerScript,
        tell: impl Fn(Decided) + Send + 'static,
    ) -> io::Result<Self> {
        Self::begin(Decides::Script(Box::new(script)), tell)
    }

    fn begin(decides: Decides, tell: impl Fn(Decided) + Send + 'static) -> io::Result<Self> {
        let (errands, waiting) = channel();
        let desk = Desk {
            decides,
            memo: Memo::default(),
            position: 0,
        };
        let thread = Builder::new()
            .name("reception".to_owned())
            .spawn(move || desk.serve(&waiting, &tell))?;
        Ok(Self {
            thread: Some(thread),
            errands,
        })
    }

    /// Maps what comes from now on by another profile.
    pub fn follow(&self, snapshot: Snapshot) {
        // A thread that has ended maps nothing any more.
        drop(self.errands.send(Errand::Follow(Box::new(snapshot))));
    }

    /// What a listener asks.
    pub fn decider(&self) -> Decider {
        let errands = self.errands.clone();
        Decider::new(move |received, reply| {
            // A thread that has ended drops the reply, which answers AE.
            drop(errands.send(Errand::Message(received, reply)));
        })
    }

    /// Waits until all that listeners handed over is decided. They have to be gone by then.
    pub fn finish(self) {
        let Self { thread, errands } = self;
        drop(errands);
        if let Some(thread) = thread {
            // Its panic was told when it happened.
            drop(thread.join());
        }
    }
}

impl fmt::Debug for Reception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reception")
    }
}

struct Desk {
    decides: Decides,
    memo: Memo,
    position: u64,
}

/// What decides about messages.
enum Decides {
    Mapping(Box<Snapshot>),
    Script(Box<AnswerScript>),
}

impl Desk {
    fn serve(mut self, waiting: &Receiver<Errand>, tell: &dyn Fn(Decided)) {
        while let Ok(errand) = waiting.recv() {
            let (received, reply) = match errand {
                Errand::Message(received, reply) => (received, reply),
                Errand::Follow(followed) => {
                    // What a script answers does not hang on the profile.
                    if let Decides::Mapping(snapshot) = &mut self.decides {
                        *snapshot = followed;
                    }
                    continue;
                }
            };
            let (verdict, ack) = self.verdict_or_fault(&received);
            // Told first: the answer is known as soon as it is given.
            tell(Decided {
                connection: received.connection,
                number: received.number,
                ack,
            });
            reply.give(verdict);
        }
    }

    /// A fault of the mapping is told to the sender of that message; the next one is mapped all the same.
    fn verdict_or_fault(&mut self, received: &Received) -> (Verdict, Ack) {
        let position = self.position;
        self.position += 1;
        let (decides, memo) = (&mut self.decides, &mut self.memo);
        let made = catch_unwind(AssertUnwindSafe(|| match decides {
            Decides::Mapping(snapshot) => {
                // Scripts see the time at which the message came.
                snapshot.now = local_time();
                let ack = mapped(snapshot, received, position, memo);
                (Verdict::Ack(ack.clone()), ack)
            }
            Decides::Script(script) => script.answer(&received.content, position, memo),
        }));
        made.unwrap_or_else(|_| {
            self.memo = Memo::default();
            let ack = Ack::because(AckCode::Error, "a fault in the receiver itself");
            (Verdict::Ack(ack.clone()), ack)
        })
    }
}

fn mapped(snapshot: &Snapshot, received: &Received, position: u64, memo: &mut Memo) -> Ack {
    let origin = Origin::Wire(received.peer.to_string().into());
    let source = Source::from_bytes(origin, received.content.to_vec());
    let corpus = source.map(|source| Corpus::default().with(Arc::new(source)));
    let sample = corpus.ok().and_then(|corpus| corpus.sample(0));
    let made = sample.map(|sample| transform(snapshot, &sample, position, memo, &Cancel::never()));
    match made {
        Some(Ok(made)) => acknowledgment(&made),
        Some(Err(_)) | None => Ack::because(AckCode::Error, "the message cannot be read"),
    }
}
