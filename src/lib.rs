//! Pipehat: a native interface development environment for HL7 v2.
//!
//! # The idea
//!
//! Three **ground facts**: messages, the HL7 standard, the site profile. Everything on screen and on
//! the command line is **derived** from them by one pure function, [`workbench::derive`]. The window
//! and the command line are two faces of the same workbench; neither can do anything that the other
//! cannot be tested for.
//!
//! # The rooms, from the ground up
//!
//! | room | what it knows | what it must not know |
//! |---|---|---|
//! | [`hl7`] | a message as text: segments, fields, escapes, edits, charsets, files of many messages | versions, sites, files |
//! | [`standard`] | what HL7 says, 2.1 to 2.8.2 | messages, sites |
//! | [`cancel`] | whether a newer revision was asked for | everything else |
//! | [`diagnostic`] | what is wrong, where, and what would be right | who finds it |
//! | [`profile`] | what this site says: a RON document, its edits and their history | files, scripts' meaning |
//! | [`net`] | messages on the wire: frames, acknowledgments, listeners, senders, the journal of what came | grammars, other files |
//! | [`grammar`] | standard and profile resolved; a message bound to them | mapping |
//! | [`mapping`] | scripts and rows: from the bound message to output | files, the window |
//! | [`workbench`] | samples, previews, the worker, files that are opened and saved, what is sent and answered | the window, the terminal |
//! | `cli` | one file a subcommand | the window |
//! | `app` | the window (feature `gui`) | the terminal |
//!
//! A room may use the rooms below it, never above, never beside. `tests/it/architecture.rs` keeps
//! that, and the rules below.
//!
//! # What holds everywhere
//!
//! - Parsing never fails and loses nothing: [`hl7::parse`] gives a message and its faults, and
//!   printing what was parsed gives back the same bytes.
//! - Only `mapping` names Rhai, only `app` names egui. The window's thread never parses, never runs a
//!   script and never touches a file.
//! - [`workbench::derive`] reads a snapshot and nothing else: the time and the seed of control ids are
//!   inputs, so that every run can be repeated.
//! - What a user wrote can be wrong and is no error: functions return a value *and* diagnostics. What
//!   the world refuses (a file, a dialog) is an error of its room, and says what to do.
//! - Patient data never reaches a log, a `Debug` print or a panic message; shapes and locations do.
//!
//! # One message, from file to preview
//!
//! The worker reads the file, the corpus finds the messages in it, a snapshot names the one that is
//! selected, and `derive` takes it through: decode (MSH-18) → parse → match a message definition →
//! bind to the structure → check → rows and script → print. The window shows the last good preview
//! until the next one is there; a newer edit cancels the run of an older one.
//!
//! # One message, from socket to answer
//!
//! A [`net::Listener`] finds the frames in what comes and hands each message to a [`net::Decider`]. Where a
//! [`net::Journal`] stands before it, the message is on the disk first. A [`workbench::Reception`] maps it as a
//! file's would be, and [`workbench::acknowledgment`] says what that comes to: AA, AR, or AE with the place. What
//! MSH-15 and MSH-16 ask for decides which answers go out. Sockets live on the threads of a [`net::Wire`]; nobody
//! else waits for one.
//!
//! # Stepping: record, then walk
//!
//! Where somebody looks, the run is recorded: each statement and rule, what it read, set and wrote. A
//! [`workbench::Track`] is a recording with its places in order of time; a [`workbench::Walk`] goes
//! into, over and out, forwards and backwards, to lines, breakpoints and watch-points, and
//! [`workbench::StateAt`] is what there was at a place. Nothing runs again, and nothing waits:
//! `pipehat trace` prints the same places that the window's stepper shows.
//!
//! # Writing scripts
//!
//! A script that is being typed cannot be compiled. [`mapping::ScriptNames`] reads its tokens instead:
//! what declares a name, where it is seen, what a text in quotes names. A [`workbench::ScriptScene`]
//! lays the profile, the message and the last run beside it, and answers: what can stand here, what is
//! this, where is it defined, what would a new name clash with. The window only asks.
//! [`mapping::format_script`] changes lines and spaces, and compares Rhai's own tokens before it does.

#[cfg(feature = "gui")]
pub mod app;
pub mod cancel;
pub mod cli;
pub mod diagnostic;
pub mod grammar;
pub mod hl7;
pub mod mapping;
pub mod net;
pub mod profile;
pub mod standard;
pub mod workbench;
