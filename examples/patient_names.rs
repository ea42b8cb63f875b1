//! Prints the name (PID-5) in every message of a file.
//!
//! ```text
//! cargo run --example patient_names -- examples/messages/batch.hl7
//! ```

use std::error::Error;
use std::io::{Write, stdout};
use std::path::Path;

use pipehat::hl7::{Location, decode, parse};
use pipehat::workbench::Source;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "examples/messages/batch.hl7".to_owned());
    // A source is one file: cut into messages, unpacked where it is compressed.
    let source = Source::open(Path::new(&path))?;
    let family: Location = "PID-5.1".parse()?;
    let given: Location = "PID-5.2".parse()?;
    let mut out = stdout().lock();
    for index in 0..source.len() {
        let bytes = source.message(index).unwrap_or_default();
        let decoded = decode(bytes, source.wide_charset());
        let (message, _faults) = parse(&decoded.text);
        let (given, family) = (message.text_at(&given), message.text_at(&family));
        writeln!(out, "message {}: {given} {family}", index + 1)?;
    }
    Ok(())
}
