//! The command line: one file a subcommand, all on the workbench that the window uses too.
//!
//! Exit status: 0 clean; 1 differences, failures or errors found; 2 could not run; 130 stopped by
//! Ctrl-C. Results go to standard output, everything said about them to standard error.

mod args;
mod args_layer;
mod args_wire;
mod bare;
mod certificates;
mod check;
mod check_junit;
mod check_line;
mod check_report;
mod environment;
mod failure;
mod get;
mod help;
mod input;
mod lesson;
mod listen;
mod output;
mod profile;
mod profile_codes;
mod profile_coverage;
mod profile_unmapped;
mod rendering;
mod report;
mod run;
mod send;
mod show;
mod show_json;
mod show_tree;
mod show_why;
mod sink;
mod site;
mod stop;
mod torture;
mod torture_report;
mod trace;
mod trace_json;
mod transform;
mod transform_csv;
mod transform_rows;
mod wire_lines;

pub use args::Renderer;
pub use run::{OpenWindow, run};
