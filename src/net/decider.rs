//! Who decides about received messages, and how the verdict finds back.

use std::fmt;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::duplicates::Claim;
use super::verdict::{Received, Verdict};

/// The way back to the connection that waits for a verdict.
///
/// One that is dropped without a verdict answers AE: whoever was to decide is no longer there.
#[derive(Debug)]
pub struct Reply {
    pub(super) connection: oneshot::Sender<Verdict>,
    pub(super) claim: Option<Claim>,
}

impl Reply {
    /// Tells the verdict. It says that the message is safe, so a positive one comes after it was stored.
    pub fn give(self, verdict: Verdict) {
        if let Some(claim) = self.claim {
            claim.settle(&verdict);
        }
        // A connection that is gone has told that its answer was not delivered.
        let _ = self.connection.send(verdict);
    }
}

/// Decides about messages; called on the threads of the wire, so what takes time goes elsewhere and gives
/// its verdict from there.
#[derive(Clone)]
pub struct Decider(Arc<dyn Fn(Received, Reply) + Send + Sync>);

impl Decider {
    /// Decides by a function.
    pub fn new(decide: impl Fn(Received, Reply) + Send + Sync + 'static) -> Self {
        Self(Arc::new(decide))
    }

    /// The same verdict about every message: a fixed code, fixed bytes, or silence.
    pub fn always(verdict: Verdict) -> Self {
        Self::new(move |_, reply| reply.give(verdict.clone()))
    }

    /// Hands it a message: for deciders that do something before another one decides.
    pub fn decide(&self, received: Received, reply: Reply) {
        let decide = &self.0;
        // The reply is dropped with the unwinding, which answers AE; the panic itself is told by its hook.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| decide(received, reply)));
    }
}

impl fmt::Debug for Decider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decider")
    }
}
