//! Colours for a script, line by line from the edited line on.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, LazyLock};

use egui::text::{ByteIndex, LayoutJob, LayoutSection, TextFormat};
use egui::{Color32, FontId};
use syntect::highlighting::{
    Color, HighlightIterator, HighlightState, Highlighter, ScopeSelectors, StyleModifier,
    Theme as SyntectTheme, ThemeItem, ThemeSettings,
};
use syntect::parsing::{
    ParseState, ScopeStack, SyntaxDefinition, SyntaxReference, SyntaxSet, SyntaxSetBuilder,
};
use syntect::util::LinesWithEndings;

use super::super::theme::{Colour, Theme};

const INVARIANT: &str = "the syntax is part of the program and a test reads it";

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(|| {
    let source = include_str!("../../../assets/syntax/rhai.sublime-syntax");
    let mut builder = SyntaxSetBuilder::new();
    builder.add(SyntaxDefinition::load_from_str(source, true, None).expect(INVARIANT));
    builder.build()
});
static DARK: LazyLock<SyntectTheme> = LazyLock::new(|| theme(Theme::pick(true)));
static LIGHT: LazyLock<SyntectTheme> = LazyLock::new(|| theme(Theme::pick(false)));

/// The coloured lines of one text, kept from frame to frame.
#[derive(Default)]
pub(crate) struct Highlight {
    dark: bool,
    lines: Vec<Line>,
    job: Option<(u64, Arc<LayoutJob>)>,
    /// How many lines were read again at the last change.
    relexed: usize,
}

struct Line {
    hash: u64,
    parse_end: ParseState,
    colour_end: HighlightState,
    spans: Vec<(usize, Color32)>,
}

impl Highlight {
    /// The text as a job for the layout, without wrapping.
    pub(crate) fn job(&mut self, text: &str, dark: bool, font: &FontId) -> Arc<LayoutJob> {
        let key = hash(&(text, dark, font.size.to_bits()));
        match &self.job {
            Some((known, job)) if *known == key => Arc::clone(job),
            _ => {
                self.read(text, dark);
                let job = Arc::new(self.lay_out(text, font));
                self.job = Some((key, Arc::clone(&job)));
                job
            }
        }
    }

    fn read(&mut self, text: &str, dark: bool) {
        if self.dark != dark {
            self.lines.clear();
            self.dark = dark;
        }
        let highlighter = Highlighter::new(if dark { &DARK } else { &LIGHT });
        let mut parse = ParseState::new(rhai());
        let mut colour = HighlightState::new(&highlighter, ScopeStack::new());
        let (mut old, mut unchanged) = (std::mem::take(&mut self.lines).into_iter(), true);
        self.relexed = 0;
        for line in LinesWithEndings::from(text) {
            let hash = hash(&line);
            let before = old.next();
            if let Some(known) = before
                .as_ref()
                .filter(|known| unchanged && known.hash == hash)
            {
                parse = known.parse_end.clone();
                colour = known.colour_end.clone();
                self.lines.extend(before);
                continue;
            }
            self.relexed += 1;
            let scopes = parse.parse_line(line, &SYNTAXES).unwrap_or_default();
            let spans = HighlightIterator::new(&mut colour, &scopes, line, &highlighter)
                .map(|(style, part)| (part.len(), to_egui(style.foreground)))
                .collect();
            // A line that ends as it did before leaves the lines below it as they were.
            unchanged =
                before.is_some_and(|known| known.parse_end == parse && known.colour_end == colour);
            self.lines.push(Line {
                hash,
                parse_end: parse.clone(),
                colour_end: colour.clone(),
                spans,
            });
        }
    }

    fn lay_out(&self, text: &str, font: &FontId) -> LayoutJob {
        let mut job = LayoutJob {
            text: text.to_owned(),
            ..LayoutJob::default()
        };
        job.wrap.max_width = f32::INFINITY;
        let mut start = 0;
        for &(length, colour) in self.lines.iter().flat_map(|line| &line.spans) {
            let range = ByteIndex(start)..ByteIndex(start + length);
            start += length;
            let format = TextFormat::simple(font.clone(), colour);
            job.sections.push(LayoutSection {
                leading_space: 0.0,
                byte_range: range,
                format,
            });
        }
        job
    }
}

fn rhai() -> &'static SyntaxReference {
    SYNTAXES.find_syntax_by_extension("rhai").expect(INVARIANT)
}

fn hash<T: Hash>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn to_egui(colour: Color) -> Color32 {
    Color32::from_rgb(colour.r, colour.g, colour.b)
}

fn theme(theme: &Theme) -> SyntectTheme {
    let syntax = &theme.syntax;
    let colour = |colour: Colour| {
        Some(Color {
            r: colour.r(),
            g: colour.g(),
            b: colour.b(),
            a: 255,
        })
    };
    let item = |scope: &str, ink: Colour| ThemeItem {
        scope: scope.parse::<ScopeSelectors>().expect(INVARIANT),
        style: StyleModifier {
            foreground: colour(ink),
            background: None,
            font_style: None,
        },
    };
    SyntectTheme {
        settings: ThemeSettings {
            foreground: colour(syntax.plain),
            ..ThemeSettings::default()
        },
        scopes: vec![
            item("comment", syntax.comment),
            item("string, punctuation.definition.string", syntax.string),
            item("constant.other.location", syntax.path),
            item("constant.numeric", syntax.number),
            item("constant.language, constant.character", syntax.constant),
            item("variable.language", syntax.constant),
            item(
                "keyword.operator, punctuation.section.interpolation",
                syntax.operator,
            ),
            item("keyword.control", syntax.keyword),
            item("entity.name.function", syntax.function),
        ],
        ..SyntectTheme::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coloured(text: &str) -> Vec<(String, Color32)> {
        let mut highlight = Highlight::default();
        let job = highlight.job(text, true, &FontId::monospace(13.0));
        let part = |section: &LayoutSection| {
            let range = section.byte_range.start.0..section.byte_range.end.0;
            (job.text[range].to_owned(), section.format.color)
        };
        job.sections.iter().map(part).collect()
    }

    fn check(
        text: &str,
        part: &str,
        expect: impl Fn(&super::super::super::theme::Syntax) -> Colour,
    ) {
        let expect = Color32::from(expect(&Theme::pick(true).syntax));
        let spans = coloured(text);
        let joined: String = spans.iter().map(|(part, _)| part.as_str()).collect();
        assert_eq!(joined, text, "nothing is lost");
        let found = spans.iter().find(|(text, _)| text.trim() == part);
        assert_eq!(
            found.map(|(_, colour)| *colour),
            Some(expect),
            "{part} in {spans:?}"
        );
    }

    #[test]
    fn each_kind_of_word_has_its_colour() {
        check("let a = 1;", "let", |s| s.keyword);
        check("let a = 1;", "1", |s| s.number);
        check("out[\"PID-3.1\"] = \"x\";", "PID-3.1", |s| s.path);
        check("msg[\"PID-3[?5=MR].1\"]", "PID-3[?5=MR].1", |s| s.path);
        check("warn(\"no place\")", "warn", |s| s.function);
        check("a /* b /* c */ d */ let", "let", |s| s.keyword);
        check("for i in 0..=9 {}", "..=", |s| s.operator);
        check("`a ${let} b`", "let", |s| s.keyword);
        check("let a = true; // done", "// done", |s| s.comment);
    }

    #[test]
    fn a_changed_line_is_read_alone() {
        let font = FontId::monospace(13.0);
        let mut highlight = Highlight::default();
        let text = "let a = 1;\nlet b = 2;\nlet c = 3;\n";
        highlight.job(text, true, &font);
        assert_eq!(highlight.relexed, 3);
        highlight.job(&text.replace("b = 2", "b = 22"), true, &font);
        assert_eq!(highlight.relexed, 1);
    }
}
