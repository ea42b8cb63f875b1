//! Standard and profile resolved for one message, and the message bound to it.
//!
//! [`Identities`] finds the message definition, [`resolve`] makes the [`Grammar`] (what each segment
//! and field is, and who says so), [`bind`] gives the message's tree of groups and [`check`] tells
//! what in it is not as the grammar has it. Nothing here stops a message: what does not fit is kept
//! in its place and told. [`why`] says of each segment why it stands where it stands, [`explain`] of
//! each message definition why a message does or does not fall under it, [`tally`] of each item of the
//! grammar how often the message has it.

mod any_order;
mod bind;
mod check;
mod explain;
mod identities;
mod node;
mod notation;
mod resolve;
mod shape;
mod steps;
mod tally;
mod track;
mod type_view;
mod view;
mod why;

pub use bind::bind;
pub use check::check;
pub use explain::{Candidate, ConditionFit, GrammarFit, Misfit, Verdict, explain, fit};
pub use identities::Identities;
pub use node::{Node, NodeKind, Standing};
pub use resolve::{Grammar, resolve};
pub use tally::tally;
pub use type_view::{ComponentView, TypeView};
pub use view::{Attribute, FieldView, Origin, SegmentView};
pub use why::{Why, why};
