//! Where what a step wrote stands in the message that came out.

use super::recording::{Recording, Written};
use crate::hl7::Location;

impl Recording {
    /// The place of the message that came out which a step wrote, or the segment that holds it; nothing
    /// where the segment was taken out again.
    pub fn written_at(&self, written: &Written) -> Option<Location> {
        let at = self.made.iter().position(|key| *key == written.key)?;
        let output = self.output.as_ref()?;
        let segment = output.segments().nth(at)?;
        let place = written.path.as_ref().and_then(|path| segment.find(path));
        let span = place.map_or_else(|| segment.span(), |place| place.span());
        let mut location = output.location_of(&span)?;
        if let Some(path) = &written.path
            && location.path.is_none()
        {
            // It is there no more: as it was written.
            location.path = Some(path.clone());
        }
        Some(location)
    }
}
