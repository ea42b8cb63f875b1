//! A segment that a variable of a script stands for: its text, and its fields as a tree.

use egui::{CollapsingHeader, Label, RichText, Ui};

use super::super::theme::Theme;
use crate::hl7::{Element, Level, Location, Message, Pick};

/// Shows the segment of that name, such as `OBX[2]`; whether the message has it.
pub(super) fn segment_ui(ui: &mut Ui, theme: &Theme, message: &Message, name: &str) -> bool {
    let place = name.parse::<Location>().ok();
    let found = place.and_then(|place| message.find(&place));
    let segment = found.and_then(|found| {
        let mut segments = message.segments();
        segments.find(|segment| segment.span() == found.span())
    });
    let Some(segment) = segment else {
        return false;
    };
    let raw = RichText::new(segment.raw()).font(theme.code_font());
    ui.add(
        Label::new(raw.color(*theme.text.body))
            .selectable(true)
            .wrap(),
    );
    for field in segment.fields().filter(|field| !field.is_empty()) {
        element_ui(ui, theme, message, field);
    }
    true
}

fn element_ui(ui: &mut Ui, theme: &Theme, message: &Message, element: Element<'_>) {
    let place = message.location_of(&element.span()).map(|mut place| {
        // Which of the segments it is, its text says.
        place.occurrence = Pick::First;
        place.to_string()
    });
    let place = place.unwrap_or_default();
    let mut inner: Vec<Element<'_>> = element.children().collect();
    // A field with one repetition shows what that holds.
    while let [only] = inner.as_slice()
        && only.level() != Level::Subcomponent
    {
        inner = only.children().collect();
    }
    let text = RichText::new(format!("{place}: {}", element.display())).font(theme.code_font());
    let text = text.color(*theme.text.body);
    if inner.len() < 2 || element.level() == Level::Subcomponent {
        ui.add(Label::new(text).selectable(true).wrap());
        return;
    }
    CollapsingHeader::new(text).id_salt(&place).show(ui, |ui| {
        for part in inner.into_iter().filter(|part| !part.is_empty()) {
            element_ui(ui, theme, message, part);
        }
    });
}
