//! What the chosen value is to the stepper: something that changes, or that is read.

use super::cx::{Chosen, Cx};
use super::pane::Pane;
use crate::hl7::Location;
use crate::mapping::End;
use crate::workbench::Watch;

/// What to watch of what is chosen: a change in the output, else that the message is read there.
pub(super) fn chosen_watch(
    location: Option<&Location>,
    chosen: Chosen,
    end: Option<&End>,
) -> Option<Watch> {
    match (end, location) {
        (Some(End::Cell { table, column, .. }), _) => Some(Watch::Column {
            table: table.clone(),
            column: column.clone(),
        }),
        (Some(End::Output(location)), _) => Some(Watch::Output(location.clone())),
        (None, Some(location)) if chosen.from == Some(Pane::Output) => {
            Some(Watch::Output(location.clone()))
        }
        (None, Some(location)) => Some(Watch::Input(location.clone())),
        (None, None) => None,
    }
}

impl Cx<'_> {
    /// What to watch of what is chosen.
    pub(super) fn chosen_watch(&self) -> Option<Watch> {
        chosen_watch(self.session.location(), self.chosen, self.end.as_ref())
    }
}
