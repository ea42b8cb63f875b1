//! The words of the command line: subcommands, options and their help.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use super::args_wire::{Listen, Send, Torture};
use super::help;

/// HL7 v2 interface development: open a site's messages, map them with a profile, watch the output.
#[derive(Debug, Parser)]
#[command(name = "pipehat", version, args_conflicts_with_subcommands = true)]
#[command(after_long_help = help::ALL)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// A profile (.ron), samples or folders to open in the window
    pub(super) files: Vec<PathBuf>,
    /// How the window is drawn
    #[arg(long, value_enum, value_name = "NAME", default_value_t = Renderer::Automatic)]
    pub(super) renderer: Renderer,
}

/// How the window is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Renderer {
    /// OpenGL, and where that fails and the program was built with it, wgpu
    #[value(name = "auto")]
    Automatic,
    /// OpenGL
    Glow,
    /// Vulkan, Metal or Direct3D: where OpenGL is too old, as over Windows Remote Desktop
    Wgpu,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Show(Show),
    Get(Get),
    Transform(Transform),
    Trace(Trace),
    Lesson(LessonArguments),
    Check(Check),
    Profile(ProfileArguments),
    Send(Send),
    Listen(Listen),
    Torture(Torture),
}

/// Print messages: as a tree with the standard's names, as JSON, or as they are
#[derive(Debug, Parser)]
#[command(after_long_help = help::SHOW)]
pub(super) struct Show {
    /// Files or folders; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = ShowFormat::Tree)]
    pub(super) format: ShowFormat,
    /// The site profile whose segments and groups the tree names
    #[arg(long, value_name = "P")]
    pub(super) profile: Option<PathBuf>,
    /// Print instead of values why each segment stands where it stands, and why each message
    /// definition of the profile matches or does not
    #[arg(long, conflicts_with = "format")]
    pub(super) why: bool,
    /// Only the message of this number, counted from 1 over all files
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) message: Option<u64>,
}

/// How `show` prints a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ShowFormat {
    /// Groups, segments and fields with names and values
    Tree,
    /// One object a line
    Json,
    /// The message itself
    Hl7,
}

/// Print the values at locations: one line a message, tab-separated, unescaped
#[derive(Debug, Parser)]
#[command(after_long_help = help::GET)]
pub(super) struct Get {
    /// Locations, before `--`
    #[arg(required = true, value_name = "LOCATION")]
    pub(super) locations: Vec<String>,
    /// The site profile that says in which charset the site writes
    #[arg(long, value_name = "P")]
    pub(super) profile: Option<PathBuf>,
    /// Files or folders, after `--`; `-` is standard input
    #[arg(required = true, last = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
}

/// Map messages with a site profile: to messages, or to the rows of its tables
#[derive(Debug, Parser)]
#[command(after_long_help = help::TRANSFORM)]
pub(super) struct Transform {
    /// The site profile (.ron)
    #[arg(long, value_name = "P")]
    pub(super) profile: PathBuf,
    /// Files or folders; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// What the files hold
    #[arg(long, value_enum, default_value_t = Given::Hl7)]
    pub(super) from: Given,
    /// What to write
    #[arg(long, value_enum, default_value_t = Target::Hl7)]
    pub(super) to: Target,
    /// Where to write; the file appears only when all is done. `-` is standard output
    #[arg(long, value_name = "PATH")]
    pub(super) out: Option<PathBuf>,
    /// The time that now() gives in scripts, as HL7 writes it (20260301120000+0100); else the clock
    #[arg(long, value_name = "T")]
    pub(super) now: Option<String>,
    /// What next_id() starts from in scripts; 1 gives the ids that the window shows. Else --now, or
    /// the clock
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// With --to csv: number the input messages in a first column, index
    #[arg(long)]
    pub(super) index: bool,
    /// Use this message definition for every message instead of the first that matches
    #[arg(long, value_name = "NAME")]
    pub(super) message: Option<String>,
}

/// What `transform` reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Given {
    /// Messages
    Hl7,
    /// Rows as --to rows-json writes them; --message names what they become
    RowsJson,
    /// Rows as --to csv writes them: each file, or each file of a folder, is named as its table
    Csv,
}

/// What `transform` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Target {
    /// Messages
    Hl7,
    /// Rows, one JSON object a line
    RowsJson,
    /// Rows, comma-separated
    Csv,
}

/// Print what a mapping does with one message, step by step: what each line and each rule reads, sets and
/// writes
#[derive(Debug, Parser)]
#[command(after_long_help = help::TRACE)]
pub(super) struct Trace {
    /// The site profile (.ron)
    #[arg(long, value_name = "P")]
    pub(super) profile: PathBuf,
    /// The message of this number, counted from 1 over all files
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) message: u64,
    /// Files or folders; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = TraceFormat::Text)]
    pub(super) format: TraceFormat,
    /// The time that now() gives in scripts, as HL7 writes it (20260301120000+0100); else the clock
    #[arg(long, value_name = "T")]
    pub(super) now: Option<String>,
}

/// How `trace` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TraceFormat {
    /// A line a step, and below it what happened in it
    Text,
    /// One object a line
    Json,
}

/// Print a lesson page by page, with the places and steps that it shows
#[derive(Debug, Parser)]
#[command(after_long_help = help::LESSON)]
pub(super) struct LessonArguments {
    /// The lesson (.lesson.ron)
    #[arg(required = true, value_name = "FILE")]
    pub(super) file: PathBuf,
}

/// Find faults: in messages, and in the profile and its scripts
#[derive(Debug, Parser)]
#[command(after_long_help = help::CHECK)]
pub(super) struct Check {
    /// Files or folders; `-` is standard input
    #[arg(required_unless_present_any = ["profile", "rules"], value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// The site profile to check, and to check the messages against
    #[arg(long, value_name = "P")]
    pub(super) profile: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(super) format: CheckFormat,
    /// Show the values that break a rule, not only their shapes
    #[arg(long)]
    pub(super) values: bool,
    /// List the rules with their codes and severities, and do nothing else
    #[arg(long)]
    pub(super) rules: bool,
}

/// How `check` prints what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// One sentence a line
    Text,
    /// One object a line
    Json,
    /// The XML of JUnit: a test case for each message
    Junit,
}

/// Look at site profiles: what one comes to, how two differ, merge what two sides changed
#[derive(Debug, Parser)]
#[command(after_long_help = help::PROFILE)]
pub(super) struct ProfileArguments {
    #[command(subcommand)]
    pub(super) command: ProfileCommand,
}

/// What to do with profiles.
#[derive(Debug, Subcommand)]
pub(super) enum ProfileCommand {
    Explain(ProfileExplain),
    Diff(ProfileDiff),
    Merge(ProfileMerge),
    Codes(ProfileCodes),
    /// List the codes of messages that no code table of the profile holds, the most frequent first
    #[command(after_long_help = help::PROFILE_UNMAPPED)]
    Unmapped(ProfileSamples),
    /// Report what of messages a profile loses: values used nowhere, columns never filled, codes that are
    /// not listed, message definitions that nothing reaches
    #[command(after_long_help = help::PROFILE_COVERAGE)]
    Coverage(ProfileSamples),
}

/// Print a profile with all that it inherits, and where each part is from
#[derive(Debug, Parser)]
pub(super) struct ProfileExplain {
    /// The site profile (.ron)
    #[arg(value_name = "P")]
    pub(super) profile: PathBuf,
    /// Print what the standard says of the segments that the grammars name, too
    #[arg(long)]
    pub(super) all: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = ProfileFormat::Text)]
    pub(super) format: ProfileFormat,
}

/// Compare two profiles by meaning, with all that they inherit
#[derive(Debug, Parser)]
pub(super) struct ProfileDiff {
    /// The first profile (.ron)
    #[arg(value_name = "A")]
    pub(super) first: PathBuf,
    /// The second profile (.ron)
    #[arg(value_name = "B")]
    pub(super) second: PathBuf,
    /// Compare what the files themselves say, without what they inherit
    #[arg(long)]
    pub(super) own: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = ProfileFormat::Text)]
    pub(super) format: ProfileFormat,
}

/// Merge what two sides made of one profile; conflicts are shown part by part
#[derive(Debug, Parser)]
pub(super) struct ProfileMerge {
    /// The profile before both changes (.ron)
    pub(super) base: PathBuf,
    /// Our profile
    pub(super) ours: PathBuf,
    /// Their profile
    pub(super) theirs: PathBuf,
    /// Where to write; the file appears only when all is done. `-` is standard output
    #[arg(long, value_name = "P")]
    pub(super) out: Option<PathBuf>,
}

/// How `profile` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProfileFormat {
    /// For people
    Text,
    /// One object a line
    Json,
}

/// List the code tables of a profile; write one as a sheet (CSV), or take one from a sheet
#[derive(Debug, Parser)]
#[command(after_long_help = help::PROFILE_CODES)]
pub(super) struct ProfileCodes {
    /// The site profile (.ron)
    #[arg(value_name = "P")]
    pub(super) profile: PathBuf,
    /// The code table
    #[arg(long, value_name = "NAME")]
    pub(super) table: Option<String>,
    /// Write the table as a sheet; `-` is standard output
    #[arg(long, value_name = "FILE", requires = "table")]
    pub(super) export: Option<PathBuf>,
    /// Take the codes of a sheet into the table and save the profile; `-` is standard input
    #[arg(
        long,
        value_name = "FILE",
        requires = "table",
        conflicts_with = "export"
    )]
    pub(super) import: Option<PathBuf>,
    /// With --import: take out the codes that the sheet does not have
    #[arg(long, requires = "import")]
    pub(super) replace: bool,
    /// With --export: semicolons and a byte order mark, as Excel opens it under many European settings
    #[arg(long, requires = "export")]
    pub(super) excel: bool,
}

/// A profile, the samples that it is held against, and how to print.
#[derive(Debug, Parser)]
pub(super) struct ProfileSamples {
    /// The site profile (.ron)
    #[arg(value_name = "P")]
    pub(super) profile: PathBuf,
    /// Files or folders; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = ProfileFormat::Text)]
    pub(super) format: ProfileFormat,
}
