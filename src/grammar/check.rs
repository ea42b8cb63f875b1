//! Whether a message is as its grammar has it: its segments first, then each field down to its
//! subcomponents.

use std::sync::Arc;

use super::findings::Findings;
use super::judgement::Judgement;
use super::node::Node;
use super::plan::Plans;
use super::resolve::Grammar;
use super::standing::check_structure;
use super::walk::Walk;
use crate::hl7::Message;
use crate::profile::Profile;

/// Checks messages of one grammar under a profile's rules; what it lays out of a segment is kept for
/// the next message.
#[derive(Debug)]
pub struct Checker {
    grammar: Arc<Grammar>,
    profile: Arc<Profile>,
    judgement: Judgement,
    plans: Plans,
}

impl Checker {
    /// A checker for messages of `grammar`, which must be one of `profile`.
    pub fn new(grammar: &Arc<Grammar>, profile: &Arc<Profile>) -> Self {
        Self {
            grammar: Arc::clone(grammar),
            profile: Arc::clone(profile),
            judgement: Judgement::of(profile),
            plans: Plans::default(),
        }
    }

    /// Whether it checks messages of `grammar` as `profile` says.
    pub fn is_for(&self, grammar: &Arc<Grammar>, profile: &Arc<Profile>) -> bool {
        Arc::ptr_eq(&self.grammar, grammar)
            && (Arc::ptr_eq(&self.profile, profile)
                || (self.profile.severity == profile.severity
                    && self.profile.waivers == profile.waivers
                    && self.profile.codes == profile.codes))
    }

    /// How its findings are judged.
    pub fn judgement(&self) -> &Judgement {
        &self.judgement
    }

    /// Adds what in a message is not as the grammar has it; `tree` is the message bound to it.
    pub fn check(&mut self, message: &Message, tree: &Node, findings: &mut Findings<'_>) {
        for finding in check_structure(message, tree, &self.grammar) {
            findings.judge(finding);
        }
        let mut walk = Walk::new(message, &self.grammar, findings);
        for segment in message.segments() {
            if let Some(id) = segment.segment_id()
                && let Some(at) = self.plans.prepare(&self.grammar, &self.profile, id)
                && let Some(plan) = self.plans.segment(at)
            {
                walk.segment(&self.plans, segment, id, plan);
            }
        }
    }
}
