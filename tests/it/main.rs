//! Integration tests.

#![allow(
    clippy::unwrap_used,
    reason = "a test that fails by unwrap says where it failed"
)]

mod architecture;
mod architecture_rules;
mod cases;
mod cli;
mod cli_answer;
mod cli_endings;
mod cli_http;
mod cli_lesson;
mod cli_stream;
mod cli_torture;
mod cli_trace;
mod cli_transform;
mod cli_wire;
mod corpus;
mod corpus_check;
mod grammar;
#[cfg(feature = "gui")]
mod gui;
#[cfg(feature = "gui")]
mod gui_bad_input;
#[cfg(feature = "gui")]
mod gui_check;
#[cfg(feature = "gui")]
mod gui_codes;
#[cfg(feature = "gui")]
mod gui_completion;
#[cfg(feature = "gui")]
mod gui_coverage;
#[cfg(feature = "gui")]
mod gui_grammar;
#[cfg(feature = "gui")]
mod gui_lesson;
#[cfg(feature = "gui")]
mod gui_links;
#[cfg(feature = "gui")]
mod gui_mapping;
#[cfg(feature = "gui")]
mod gui_out;
#[cfg(feature = "gui")]
mod gui_pipeline;
#[cfg(feature = "gui")]
mod gui_profile;
#[cfg(feature = "gui")]
mod gui_script;
#[cfg(feature = "gui")]
mod gui_site;
#[cfg(feature = "gui")]
mod gui_stepper;
#[cfg(feature = "gui")]
mod gui_templates;
#[cfg(feature = "gui")]
mod gui_threads;
#[cfg(feature = "gui")]
mod gui_wire;
mod http;
mod http_listener;
mod http_sender;
mod lessons;
mod mllp;
mod mllp_answers;
mod mllp_faults;
mod mllp_journal;
mod mllp_layers;
mod mllp_listener;
mod mllp_sender;
mod mllp_sender_ends;
mod mllp_sending;
mod mllp_tls;
mod mllp_torture;
mod mllp_window;
mod notation;
mod pipeline;
mod plain_reader;
mod profile;
mod readme;
mod roundtrip;
mod rows_back;
mod session;
mod session_coverage;
mod session_templates;
mod session_wire;
mod sites;
mod standard;
mod walk;
mod walk_lines;
mod walk_stops;
