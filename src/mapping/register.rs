//! How each function of the table is registered: one function here for each row there.

use rhai::{Array, Dynamic, Engine, NativeCallContext as Context};

use super::dates::{self, Date};
use super::fault::{Fallible, ScriptFault};
use super::handles::{
    GroupHandle, MessageHandle, OutHandle, OutSegmentHandle, RowHandle, RowsHandle, SegmentHandle,
};
use super::read::{self, Source};
use super::text::{self, Name};
use super::write::{self, Target, position};
use super::{flow, run_functions};
use crate::diagnostic::Severity;

pub(super) fn read_by_path(engine: &mut Engine) {
    engine.register_indexer_get(|_: &mut MessageHandle, path: &str| {
        read::text(Source::Message, path)
    });
    engine.register_indexer_get(|group: &mut GroupHandle, path: &str| {
        read::text(Source::Group(group.0), path)
    });
    engine.register_indexer_get(|segment: &mut SegmentHandle, path: &str| {
        read::text(Source::Segment(*segment), path)
    });
    engine.register_indexer_set(|_: &mut MessageHandle, _: &str, _: Dynamic| read_only("msg"));
    engine.register_indexer_set(|_: &mut GroupHandle, _: &str, _: Dynamic| {
        read_only("a group of msg")
    });
    engine.register_indexer_set(|_: &mut SegmentHandle, _: &str, _: Dynamic| {
        read_only("a segment of msg")
    });
}

pub(super) fn raw(engine: &mut Engine) {
    on_sources(engine, "raw", read::raw);
    engine.register_fn("raw", |_: &mut OutHandle, path: &str| {
        write::raw(Target::Message, path)
    });
    engine.register_fn("raw", |segment: &mut OutSegmentHandle, path: &str| {
        write::raw(Target::Segment(*segment), path)
    });
}

pub(super) fn values(engine: &mut Engine) {
    on_sources(engine, "values", read::values);
}

pub(super) fn count(engine: &mut Engine) {
    on_sources(engine, "count", read::count);
}

pub(super) fn exists(engine: &mut Engine) {
    on_sources(engine, "exists", read::exists);
    engine.register_fn("exists", |_: &mut OutHandle, path: &str| {
        write::text(Target::Message, path).map(|text| !text.is_empty())
    });
}

pub(super) fn is_absent(engine: &mut Engine) {
    on_sources(engine, "is_absent", read::is_absent);
}

pub(super) fn is_empty(engine: &mut Engine) {
    on_sources(engine, "is_empty", read::is_empty);
}

pub(super) fn is_null(engine: &mut Engine) {
    on_sources(engine, "is_null", read::is_null);
    engine.register_fn("is_null", text::is_null);
}

pub(super) fn groups(engine: &mut Engine) {
    engine.register_fn("groups", |_: &mut MessageHandle, name: &str| {
        read::groups(Source::Message, name)
    });
    engine.register_fn("groups", |group: &mut GroupHandle, name: &str| {
        read::groups(Source::Group(group.0), name)
    });
}

pub(super) fn segment(engine: &mut Engine) {
    engine.register_fn("segment", |_: &mut MessageHandle, name: &str| {
        read::segment(Source::Message, name)
    });
    engine.register_fn("segment", |group: &mut GroupHandle, name: &str| {
        read::segment(Source::Group(group.0), name)
    });
    engine.register_fn("segment", |_: &mut OutHandle, name: &str| {
        write::segment(name)
    });
}

pub(super) fn segments(engine: &mut Engine) {
    segment_lists(engine, "segments");
}

pub(super) fn all(engine: &mut Engine) {
    segment_lists(engine, "all");
}

pub(super) fn id(engine: &mut Engine) {
    engine.register_get("id", |segment: &mut SegmentHandle| {
        rhai::ImmutableString::from(segment.name())
    });
    engine.register_get("id", |segment: &mut OutSegmentHandle| {
        write::segment_name(*segment)
    });
}

pub(super) fn write_by_path(engine: &mut Engine) {
    engine.register_indexer_get(|_: &mut OutHandle, path: &str| write::text(Target::Message, path));
    engine.register_indexer_get(|segment: &mut OutSegmentHandle, path: &str| {
        write::text(Target::Segment(*segment), path)
    });
    engine.register_indexer_set(|at: Context, _: &mut OutHandle, path: &str, text: &str| {
        write::set(Target::Message, path, text, position(&at))
    });
    engine.register_indexer_set(
        |at: Context, _: &mut OutHandle, path: &str, value: Dynamic| {
            write::set_value(Target::Message, path, value, position(&at))
        },
    );
    engine.register_indexer_set(
        |at: Context, segment: &mut OutSegmentHandle, path: &str, text: &str| {
            write::set(Target::Segment(*segment), path, text, position(&at))
        },
    );
    engine.register_indexer_set(
        |at: Context, segment: &mut OutSegmentHandle, path: &str, value: Dynamic| {
            write::set_value(Target::Segment(*segment), path, value, position(&at))
        },
    );
}

pub(super) fn set_raw(engine: &mut Engine) {
    engine.register_fn("set_raw", |_: &mut OutHandle, path: &str, raw: &str| {
        write::set_raw(Target::Message, path, raw)
    });
    engine.register_fn(
        "set_raw",
        |segment: &mut OutSegmentHandle, path: &str, raw: &str| {
            write::set_raw(Target::Segment(*segment), path, raw)
        },
    );
}

pub(super) fn clear(engine: &mut Engine) {
    engine.register_fn("clear", |_: &mut OutHandle, path: &str| {
        write::clear(Target::Message, path)
    });
    engine.register_fn("clear", |segment: &mut OutSegmentHandle, path: &str| {
        write::clear(Target::Segment(*segment), path)
    });
}

pub(super) fn remove(engine: &mut Engine) {
    engine.register_fn("remove", |_: &mut OutHandle, path: &str| {
        write::remove(path)
    });
}

pub(super) fn copy(engine: &mut Engine) {
    engine.register_fn("copy", |_: &mut OutHandle, _: MessageHandle| {
        write::copy_all()
    });
    engine.register_fn(
        "copy",
        |_: &mut OutHandle, _: MessageHandle, paths: Array| write::copy(paths),
    );
}

pub(super) fn append(engine: &mut Engine) {
    engine.register_fn("append", |_: &mut OutHandle, segment: SegmentHandle| {
        write::append(segment)
    });
    engine.register_fn("append", |_: &mut OutHandle, name: &str| {
        write::append_named(name)
    });
    engine.register_fn("append", |_: &mut OutHandle, group: GroupHandle| {
        write::append_group(group)
    });
    engine.register_fn("append", |_: &mut OutHandle, segments: Array| {
        write::append_all(segments)
    });
}

pub(super) fn add(engine: &mut Engine) {
    engine.register_fn("add", |_: &mut RowsHandle, table: &str| {
        run_functions::add_row(table)
    });
}

pub(super) fn cells(engine: &mut Engine) {
    engine.register_indexer_get(|row: &mut RowHandle, column: &str| {
        run_functions::cell(*row, column)
    });
    engine.register_indexer_set(|row: &mut RowHandle, column: &str, text: &str| {
        run_functions::set_cell_text(*row, column, text)
    });
    engine.register_indexer_set(|row: &mut RowHandle, column: &str, value: Dynamic| {
        run_functions::set_cell(*row, column, value)
    });
}

pub(super) fn codes(engine: &mut Engine) {
    engine.register_fn("codes", run_functions::codes);
}

pub(super) fn codes_back(engine: &mut Engine) {
    engine.register_fn("codes_back", run_functions::codes_back);
}

pub(super) fn date(engine: &mut Engine) {
    engine.register_fn("date", run_functions::date);
    engine.register_fn("date", |date: Date| date);
    engine.register_fn("to_string", |date: &mut Date| date.to_string());
}

pub(super) fn now(engine: &mut Engine) {
    engine.register_fn("now", run_functions::now);
}

pub(super) fn format(engine: &mut Engine) {
    engine.register_fn("format", dates::format);
}

pub(super) fn age(engine: &mut Engine) {
    engine.register_fn("age", dates::age);
}

pub(super) fn year(engine: &mut Engine) {
    engine.register_get("year", |date: &mut Date| dates::part(date, 0..4));
}

pub(super) fn month(engine: &mut Engine) {
    engine.register_get("month", |date: &mut Date| dates::part(date, 4..6));
}

pub(super) fn day(engine: &mut Engine) {
    engine.register_get("day", |date: &mut Date| dates::part(date, 6..8));
}

pub(super) fn hour(engine: &mut Engine) {
    engine.register_get("hour", |date: &mut Date| dates::part(date, 8..10));
}

pub(super) fn minute(engine: &mut Engine) {
    engine.register_get("minute", |date: &mut Date| dates::part(date, 10..12));
}

pub(super) fn is_missing(engine: &mut Engine) {
    engine.register_fn("is_missing", |date: &mut Date| date.0.is_none());
}

pub(super) fn date_order(engine: &mut Engine) {
    engine.register_fn("<", |a: Date, b: Date| dates::compare(&a, &b).is_lt());
    engine.register_fn("<=", |a: Date, b: Date| dates::compare(&a, &b).is_le());
    engine.register_fn(">", |a: Date, b: Date| dates::compare(&a, &b).is_gt());
    engine.register_fn(">=", |a: Date, b: Date| dates::compare(&a, &b).is_ge());
    engine.register_fn("==", |a: Date, b: Date| dates::compare(&a, &b).is_eq());
    engine.register_fn("!=", |a: Date, b: Date| dates::compare(&a, &b).is_ne());
}

pub(super) fn name(engine: &mut Engine) {
    engine.register_fn("name", |text: &str| text::name(text));
    engine.register_fn("name", |_: MessageHandle, path: &str| {
        text::name_at(Source::Message, path)
    });
    engine.register_fn("name", |group: GroupHandle, path: &str| {
        text::name_at(Source::Group(group.0), path)
    });
    engine.register_fn("name", |segment: SegmentHandle, path: &str| {
        text::name_at(Source::Segment(segment), path)
    });
    engine.register_fn("to_string", |name: &mut Name| name.to_string());
}

pub(super) fn family(engine: &mut Engine) {
    engine.register_get("family", |name: &mut Name| name.part(1));
}

pub(super) fn given(engine: &mut Engine) {
    engine.register_get("given", |name: &mut Name| name.part(2));
}

pub(super) fn middle(engine: &mut Engine) {
    engine.register_get("middle", |name: &mut Name| name.part(3));
}

pub(super) fn suffix(engine: &mut Engine) {
    engine.register_get("suffix", |name: &mut Name| name.part(4));
}

pub(super) fn prefix(engine: &mut Engine) {
    engine.register_get("prefix", |name: &mut Name| name.part(5));
}

pub(super) fn degree(engine: &mut Engine) {
    engine.register_get("degree", |name: &mut Name| name.part(6));
}

pub(super) fn null_value(engine: &mut Engine) {
    engine.register_fn("null_value", text::null_value);
}

pub(super) fn pad(engine: &mut Engine) {
    engine.register_fn("pad", |text: &str, width: i64| text::pad(text, width, "0"));
    engine.register_fn("pad", |number: i64, width: i64| {
        text::pad(&number.to_string(), width, "0")
    });
    engine.register_fn("pad", text::pad);
    engine.register_fn("pad", |number: i64, width: i64, fill: &str| {
        text::pad(&number.to_string(), width, fill)
    });
}

pub(super) fn pad_end(engine: &mut Engine) {
    engine.register_fn("pad_end", |text: &str, width: i64| {
        text::pad_end(text, width, " ")
    });
    engine.register_fn("pad_end", text::pad_end);
}

pub(super) fn digits(engine: &mut Engine) {
    engine.register_fn("digits", text::digits);
}

pub(super) fn next_id(engine: &mut Engine) {
    engine.register_fn("next_id", flow::next_id);
}

pub(super) fn info(engine: &mut Engine) {
    say(engine, "info", Severity::Info);
}

pub(super) fn warn(engine: &mut Engine) {
    say(engine, "warn", Severity::Warning);
}

pub(super) fn error(engine: &mut Engine) {
    say(engine, "error", Severity::Error);
}

pub(super) fn skip(engine: &mut Engine) {
    engine.register_fn("skip", flow::skip);
}

pub(super) fn reject(engine: &mut Engine) {
    engine.register_fn("reject", flow::reject);
}

pub(super) fn print(engine: &mut Engine) {
    prints(engine, "print");
}

pub(super) fn debug(engine: &mut Engine) {
    prints(engine, "debug");
}

/// Registers what can be asked of the message, of a group and of a segment.
fn on_sources<T: rhai::Variant + Clone>(
    engine: &mut Engine,
    name: &str,
    action: fn(Source, &str) -> Fallible<T>,
) {
    engine.register_fn(name, move |_: &mut MessageHandle, path: &str| {
        action(Source::Message, path)
    });
    engine.register_fn(name, move |group: &mut GroupHandle, path: &str| {
        action(Source::Group(group.0), path)
    });
    engine.register_fn(name, move |segment: &mut SegmentHandle, path: &str| {
        action(Source::Segment(*segment), path)
    });
}

fn segment_lists(engine: &mut Engine, name: &str) {
    engine.register_fn(name, |_: &mut MessageHandle, id: &str| {
        read::segments(Source::Message, Some(id))
    });
    engine.register_fn(name, |_: &mut MessageHandle| {
        read::segments(Source::Message, None)
    });
    engine.register_fn(name, |group: &mut GroupHandle, id: &str| {
        read::segments(Source::Group(group.0), Some(id))
    });
    engine.register_fn(name, |group: &mut GroupHandle| {
        read::segments(Source::Group(group.0), None)
    });
    engine.register_fn(name, |_: &mut OutHandle, id: &str| {
        write::segments(Some(id))
    });
    engine.register_fn(name, |_: &mut OutHandle| write::segments(None));
}

fn say(engine: &mut Engine, name: &str, severity: Severity) {
    engine.register_fn(name, move |at: Context, text: &str| {
        flow::say(severity, None, text, &at)
    });
    engine.register_fn(name, move |at: Context, path: &str, text: &str| {
        flow::say(severity, Some(path), text, &at)
    });
}

/// Rhai has its own for each of these types, which would know no line.
fn prints(engine: &mut Engine, name: &str) {
    engine.register_fn(name, |at: Context, text: &str| flow::print(text, &at));
    engine.register_fn(name, |at: Context, value: bool| {
        flow::print(&value.to_string(), &at);
    });
    engine.register_fn(name, |at: Context, value: char| {
        flow::print(&value.to_string(), &at);
    });
    engine.register_fn(name, |at: Context, value: i64| {
        flow::print(&value.to_string(), &at);
    });
    engine.register_fn(name, |at: Context, value: f64| {
        flow::print(&value.to_string(), &at);
    });
    engine.register_fn(name, |at: Context, date: Date| {
        flow::print(&date.to_string(), &at);
    });
    engine.register_fn(name, |at: Context, name: Name| {
        flow::print(&name.to_string(), &at);
    });
    engine.register_fn(name, |at: Context, list: Array| {
        flow::print(&Dynamic::from(list).to_string(), &at);
    });
    engine.register_fn(name, |at: Context, map: rhai::Map| {
        flow::print(&Dynamic::from(map).to_string(), &at);
    });
    engine.register_fn(name, |at: Context, value: Dynamic| {
        flow::print(&value.to_string(), &at);
    });
}

fn read_only(what: &str) -> Fallible<()> {
    Err(
        ScriptFault::new("script-write", format!("{what} can only be read"))
            .with_help("write to out instead")
            .into(),
    )
}
