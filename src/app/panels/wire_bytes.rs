//! The bytes of an exchange as they came and went, sixteen a row, in hexadecimal and as text.

use egui::text::LayoutJob;
use egui::{Label, RichText, ScrollArea, TextFormat, Ui};

use super::super::theme::Theme;
use super::parts::weak;
use crate::net::Direction;
use crate::workbench::{Exchange, WirePiece, time_of_day};

/// Bytes in a row.
const ROW: usize = 16;

/// Shows them.
pub(super) fn ui(ui: &mut Ui, exchange: &Exchange) {
    let theme = Theme::of(ui);
    let rows = rows(exchange);
    let frame = egui::Frame::new()
        .fill(*theme.surface.sunken)
        .inner_margin(theme.margin(3, 2));
    frame.show(ui, |ui| {
        if exchange.left_out > 0 {
            let words = format!("{} more bytes are not kept", exchange.left_out);
            weak(ui, words);
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        let height = theme.size.row;
        ScrollArea::both()
            .id_salt("bytes")
            .auto_shrink(false)
            .show_rows(ui, height, rows.len(), |ui, shown| {
                for row in rows.get(shown).unwrap_or_default() {
                    ui.horizontal(|ui| {
                        ui.set_min_height(height);
                        row_ui(ui, theme, exchange, *row);
                    });
                }
            });
    });
}

/// A row: the head of a piece, or bytes of it from a place on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row {
    Head(usize),
    Bytes(usize, usize),
}

fn rows(exchange: &Exchange) -> Vec<Row> {
    let mut rows = Vec::new();
    for (at, piece) in exchange.pieces.iter().enumerate() {
        rows.push(Row::Head(at));
        let starts = (0..piece.bytes.bytes.len()).step_by(ROW);
        rows.extend(starts.map(|start| Row::Bytes(at, start)));
    }
    rows
}

fn row_ui(ui: &mut Ui, theme: &Theme, exchange: &Exchange, row: Row) {
    match row {
        Row::Head(at) => {
            if let Some(piece) = exchange.pieces.get(at) {
                let words = RichText::new(head(piece)).color(*theme.text.strong);
                ui.add(Label::new(words).extend());
            }
        }
        Row::Bytes(at, start) => {
            if let Some(piece) = exchange.pieces.get(at) {
                ui.add(Label::new(line(theme, piece, start)).extend());
            }
        }
    }
}

fn head(piece: &WirePiece) -> String {
    let bytes = &piece.bytes;
    let (sign, words) = match bytes.direction {
        Direction::In => ("◀", "came"),
        Direction::Out => ("▶", "went"),
    };
    format!(
        "{sign} {} {} bytes {words}, from byte {} of the connection",
        time_of_day(piece.time),
        bytes.bytes.len(),
        bytes.at
    )
}

/// `0000000b  0b 4d 53 48 …  .MSH`, with the bytes of frames and ends of lines marked.
fn line(theme: &Theme, piece: &WirePiece, start: usize) -> LayoutJob {
    let bytes = &piece.bytes.bytes;
    let row = bytes.get(start..bytes.len().min(start + ROW));
    let row = row.unwrap_or_default();
    let plain = |colour| TextFormat::simple(theme.code_font(), colour);
    let mut job = LayoutJob::default();
    let place = piece.bytes.at + start as u64;
    job.append(&format!("{place:08x} "), 0.0, plain(*theme.text.weak));
    let colour = |byte: u8| {
        if byte.is_ascii_control() {
            *theme.level.control
        } else {
            *theme.text.body
        }
    };
    for at in 0..ROW {
        match row.get(at) {
            Some(byte) => job.append(&format!(" {byte:02x}"), 0.0, plain(colour(*byte))),
            None => job.append("   ", 0.0, plain(*theme.text.body)),
        }
    }
    job.append("  ", 0.0, plain(*theme.text.body));
    for byte in row {
        let shown = if byte.is_ascii_graphic() || *byte == b' ' {
            char::from(*byte)
        } else {
            '.'
        };
        job.append(&shown.to_string(), 0.0, plain(colour(*byte)));
    }
    job
}
