//! Runs a site profile over a file, as the window and the command line do, and prints what it makes
//! of each message.
//!
//! ```text
//! cargo run --example transform -- mappings/st-elsewhere/profile.ron examples/st-elsewhere/06-chemistry.hl7
//! ```

use std::error::Error;
use std::io::{Write, stdout};
use std::path::Path;
use std::sync::Arc;

use pipehat::cancel::Cancel;
use pipehat::workbench::{Corpus, Memo, SiteFile, Snapshot, Source, derive, local_time};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut path = |otherwise: &str| arguments.next().unwrap_or_else(|| otherwise.to_owned());
    let profile = path("mappings/st-elsewhere/profile.ron");
    let messages = path("examples/st-elsewhere/06-chemistry.hl7");

    let site = SiteFile::open(Path::new(&profile))?;
    let corpus = Corpus::default().with(Arc::new(Source::open(Path::new(&messages))?));
    // Everything that a run depends on, the time included: equal snapshots give equal results.
    let inputs = Snapshot::new(site.profile, site.scripts, local_time());
    let mut memo = Memo::default();
    let mut out = stdout().lock();
    for sample in (0..corpus.len()).filter_map(|position| corpus.sample(position)) {
        let preview = derive(
            &inputs.clone().with_sample(sample),
            &mut memo,
            &Cancel::never(),
        )?;
        for diagnostic in &preview.diagnostics {
            writeln!(out, "{diagnostic}")?;
        }
        let Some(outcome) = preview.outcome else {
            continue;
        };
        for table in &outcome.rows {
            writeln!(out, "{} rows of {}", table.rows.len(), table.table)?;
        }
        if let Some(message) = outcome.output {
            writeln!(out, "{}", message.text().replace('\r', "\n"))?;
        }
    }
    Ok(())
}
