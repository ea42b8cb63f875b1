//! Standard and profile resolved for one message, and the message bound to it.
//!
//! [`Identities`] finds the message definition, [`resolve`] makes the [`Grammar`] (what each segment
//! and field is, and who says so), [`bind`] gives the message's tree of groups and a [`Checker`]
//! tells what in it breaks a rule of [`RULES`]. Nothing here stops a message: what does not fit is kept
//! in its place and told. [`why`] says of each segment why it stands where it stands, [`explain`] of
//! each message definition why a message does or does not fall under it, [`tally`] of each item of the
//! grammar how often the message has it.

mod any_order;
mod bind;
mod check;
mod code_list;
mod conformance;
mod conformance_value;
mod explain;
mod finding;
mod findings;
mod identifier;
mod identities;
mod judgement;
mod mend;
mod node;
mod notation;
mod place;
mod plan;
mod propose;
mod resolve;
mod rules;
mod shape;
mod standing;
mod steps;
mod tally;
mod track;
mod type_view;
mod value_kind;
mod view;
mod walk;
mod whole;
mod why;

pub use bind::bind;
pub use check::Checker;
pub use explain::{Candidate, ConditionFit, GrammarFit, Misfit, Verdict, explain, fit};
pub use finding::{Finding, Fix, Waived};
pub use findings::Findings;
pub use identities::Identities;
pub use judgement::{Judgement, check_judgement, own_rules};
pub use mend::{meant_code, mended, trimmed};
pub use node::{Node, NodeKind, Standing};
pub use place::PlaceNames;
pub use propose::propose;
pub use resolve::{Grammar, resolve};
pub use rules::{RULES, RuleDoc, rule};
pub use standing::check_structure;
pub use tally::tally;
pub use type_view::{ComponentView, TypeView, describe_type};
pub use value_kind::{shape, shown_code};
pub use view::{Attribute, FieldView, Origin, SegmentView, describe_segment};
pub use whole::with_standard;
pub use why::{Why, why};
