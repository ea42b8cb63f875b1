//! The character sets a message can be written in, and the many names senders give them.

use std::fmt;

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, IBM866, ISO_8859_2, ISO_8859_3, ISO_8859_4,
    ISO_8859_5, ISO_8859_6, ISO_8859_7, ISO_8859_8, ISO_8859_10, ISO_8859_13, ISO_8859_14,
    ISO_8859_15, ISO_8859_16, KOI8_R, KOI8_U, MACINTOSH, SHIFT_JIS, WINDOWS_874, WINDOWS_1250,
    WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256,
    WINDOWS_1257, WINDOWS_1258,
};

/// A character set, by value; [`Charset::all`] lists those that can be chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Charset(pub(super) Coding);

/// How the bytes of a charset become characters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// Seven bits; a byte from 0x80 on has no meaning.
    Ascii,
    /// Byte 0xNN is U+00NN. (encoding_rs, as the web, reads windows-1252 for this name.)
    Latin1,
    Utf8,
    Utf16(Endian),
    Utf32(Endian),
    /// Escape sequences switch the sets, ISO 2022 as HL7 uses it (chapter 2, MSH-20).
    Iso2022(Family),
    /// One byte a character.
    Single(&'static Encoding),
    /// One to four bytes a character; later bytes may equal a delimiter.
    Multi(&'static Encoding),
}

/// Which byte of a code unit comes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Endian {
    Little,
    Big,
}

/// Whose sets ISO 2022 text is written with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Family {
    Japanese,
    Korean,
}

/// One row: the charset, its name, what MSH-18 calls it (HL7 table 0211) or "".
struct Row(Charset, &'static str, &'static str);

const fn single(encoding: &'static Encoding) -> Charset {
    Charset(Coding::Single(encoding))
}

const fn multi(encoding: &'static Encoding) -> Charset {
    Charset(Coding::Multi(encoding))
}

const LATIN_2: Charset = single(ISO_8859_2);
const ISO_2022_JP: Charset = Charset(Coding::Iso2022(Family::Japanese));
const ISO_2022_KR: Charset = Charset(Coding::Iso2022(Family::Korean));

static ROWS: &[Row] = &[
    Row(Charset::UTF_8, "UTF-8", "UNICODE UTF-8"),
    Row(Charset::ASCII, "ASCII", "ASCII"),
    Row(Charset::LATIN_1, "ISO-8859-1", "8859/1"),
    Row(Charset::WINDOWS_1252, "windows-1252", ""),
    Row(Charset::UTF_16LE, "UTF-16LE", "UNICODE UTF-16"),
    Row(Charset::UTF_16BE, "UTF-16BE", "UNICODE UTF-16"),
    Row(Charset::UTF_32LE, "UTF-32LE", "UNICODE UTF-32"),
    Row(Charset::UTF_32BE, "UTF-32BE", "UNICODE UTF-32"),
    Row(LATIN_2, "ISO-8859-2", "8859/2"),
    Row(single(ISO_8859_3), "ISO-8859-3", "8859/3"),
    Row(single(ISO_8859_4), "ISO-8859-4", "8859/4"),
    Row(single(ISO_8859_5), "ISO-8859-5", "8859/5"),
    Row(single(ISO_8859_6), "ISO-8859-6", "8859/6"),
    Row(single(ISO_8859_7), "ISO-8859-7", "8859/7"),
    Row(single(ISO_8859_8), "ISO-8859-8", "8859/8"),
    Row(single(ISO_8859_10), "ISO-8859-10", "8859/10"),
    Row(single(ISO_8859_13), "ISO-8859-13", "8859/13"),
    Row(single(ISO_8859_14), "ISO-8859-14", "8859/14"),
    Row(single(ISO_8859_15), "ISO-8859-15", "8859/15"),
    Row(single(ISO_8859_16), "ISO-8859-16", "8859/16"),
    Row(single(WINDOWS_1250), "windows-1250", ""),
    Row(single(WINDOWS_1251), "windows-1251", ""),
    Row(single(WINDOWS_1253), "windows-1253", ""),
    // ISO-8859-9 is windows-1254 without the characters at 0x80 to 0x9F; nobody sends controls there.
    Row(single(WINDOWS_1254), "windows-1254", "8859/9"),
    Row(single(WINDOWS_1255), "windows-1255", ""),
    Row(single(WINDOWS_1256), "windows-1256", ""),
    Row(single(WINDOWS_1257), "windows-1257", ""),
    Row(single(WINDOWS_1258), "windows-1258", ""),
    Row(single(WINDOWS_874), "windows-874", "8859/11"),
    Row(single(KOI8_R), "KOI8-R", ""),
    Row(single(KOI8_U), "KOI8-U", ""),
    Row(single(IBM866), "IBM866", ""),
    Row(single(MACINTOSH), "macintosh", ""),
    Row(multi(SHIFT_JIS), "Shift_JIS", ""),
    Row(multi(EUC_JP), "EUC-JP", ""),
    Row(ISO_2022_JP, "ISO-2022-JP", "ISO IR87"),
    Row(multi(EUC_KR), "EUC-KR", "KS X 1001"),
    Row(ISO_2022_KR, "ISO-2022-KR", ""),
    Row(multi(GB18030), "GB18030", "GB 18030-2000"),
    Row(multi(GBK), "GBK", ""),
    Row(multi(BIG5), "Big5", "BIG-5"),
];

/// Names that squeeze to something no row has: (squeezed name, name of the row).
static OTHER_NAMES: &[(&str, &str)] = &[
    ("usascii", "ASCII"),
    ("ansix34", "ASCII"),
    ("iso646us", "ASCII"),
    ("isoir6", "ASCII"),
    ("iso646", "ASCII"),
    ("latin1", "ISO-8859-1"),
    ("isoir100", "ISO-8859-1"),
    ("latin2", "ISO-8859-2"),
    ("isoir101", "ISO-8859-2"),
    ("latin3", "ISO-8859-3"),
    ("latin4", "ISO-8859-4"),
    ("isoir144", "ISO-8859-5"),
    ("isoir127", "ISO-8859-6"),
    ("isoir126", "ISO-8859-7"),
    ("isoir138", "ISO-8859-8"),
    ("latin5", "windows-1254"),
    ("isoir148", "windows-1254"),
    ("88599", "windows-1254"),
    ("885911", "windows-874"),
    ("tis620", "windows-874"),
    ("isoir166", "windows-874"),
    ("latin6", "ISO-8859-10"),
    ("latin9", "ISO-8859-15"),
    ("unicode", "UTF-16LE"),
    ("utf16", "UTF-16LE"),
    ("ucs2", "UTF-16LE"),
    ("iso10646ucs2", "UTF-16LE"),
    ("utf32", "UTF-32LE"),
    ("ucs4", "UTF-32LE"),
    ("utf8bom", "UTF-8"),
    ("utf8sig", "UTF-8"),
    ("ansi", "windows-1252"),
    ("sjis", "Shift_JIS"),
    ("mskanji", "Shift_JIS"),
    ("windows31j", "Shift_JIS"),
    ("cp932", "Shift_JIS"),
    ("932", "Shift_JIS"),
    ("ujis", "EUC-JP"),
    ("iso2022jp1", "ISO-2022-JP"),
    ("iso2022jp2", "ISO-2022-JP"),
    ("iso2022jp3", "ISO-2022-JP"),
    ("isoir13", "ISO-2022-JP"),
    ("isoir14", "ISO-2022-JP"),
    ("isoir87", "ISO-2022-JP"),
    ("isoir159", "ISO-2022-JP"),
    ("jisx02081990", "ISO-2022-JP"),
    ("ksc56011987", "EUC-KR"),
    ("ksc5601", "EUC-KR"),
    ("ksx10011992", "EUC-KR"),
    ("isoir149", "EUC-KR"),
    ("cp949", "EUC-KR"),
    ("uhc", "EUC-KR"),
    ("gb180302000", "GB18030"),
    ("gb18030", "GB18030"),
    ("gb2312", "GBK"),
    ("gb231280", "GBK"),
    ("isoir58", "GBK"),
    ("euccn", "GBK"),
    ("cp936", "GBK"),
    ("cp950", "Big5"),
    ("big5hkscs", "Big5"),
    ("cp866", "IBM866"),
    ("macroman", "macintosh"),
];

impl Charset {
    /// Unicode in one to four bytes; what most senders mean today.
    pub const UTF_8: Charset = Charset(Coding::Utf8);
    /// Seven bits: what HL7 assumes where MSH-18 is empty.
    pub const ASCII: Charset = Charset(Coding::Ascii);
    /// ISO 8859-1 as ISO wrote it: byte 0xNN is U+00NN.
    pub const LATIN_1: Charset = Charset(Coding::Latin1);
    /// Western Windows: Latin-1 with printable characters at 0x80 to 0x9F.
    pub const WINDOWS_1252: Charset = single(WINDOWS_1252);
    /// Unicode in units of two bytes, the low byte first.
    pub const UTF_16LE: Charset = Charset(Coding::Utf16(Endian::Little));
    /// Unicode in units of two bytes, the high byte first.
    pub const UTF_16BE: Charset = Charset(Coding::Utf16(Endian::Big));
    /// Unicode in units of four bytes, the low byte first.
    pub const UTF_32LE: Charset = Charset(Coding::Utf32(Endian::Little));
    /// Unicode in units of four bytes, the high byte first.
    pub const UTF_32BE: Charset = Charset(Coding::Utf32(Endian::Big));
    /// Japanese as MSH-18 `ISO IR87` writes it, with escape sequences.
    pub const ISO_2022_JP: Charset = ISO_2022_JP;
    /// Korean with escape sequences, shift-out and shift-in.
    pub const ISO_2022_KR: Charset = ISO_2022_KR;
    /// Japanese, Windows code page 932; later bytes may equal `|`, `^` and `\`.
    pub const SHIFT_JIS: Charset = multi(SHIFT_JIS);

    /// Every charset that can be chosen, the usual ones first.
    pub fn all() -> impl Iterator<Item = Charset> {
        ROWS.iter().map(|row| row.0)
    }

    /// The charset a sender means by `name`: a name of table 0211, of IANA, of Windows, of Python.
    ///
    /// Case, blanks, hyphens, slashes and underscores do not count.
    pub fn from_name(name: &str) -> Option<Charset> {
        let squeezed = squeeze(name);
        let other = OTHER_NAMES
            .iter()
            .find(|(other, _)| *other == squeezed)
            .map_or(squeezed.as_str(), |(_, name)| name);
        let wanted = squeeze(other);
        let numbered = wanted
            .strip_prefix("iso8859")
            .or_else(|| wanted.strip_prefix("8859"))
            .map(|number| format!("iso8859{number}"))
            .or_else(|| {
                ["cp", "ms", "win", "windows"]
                    .iter()
                    .find_map(|prefix| wanted.strip_prefix(prefix))
                    .or(Some(wanted.as_str()))
                    .filter(|number| number.starts_with("125") || *number == "874")
                    .map(|number| format!("windows{number}"))
            });
        ROWS.iter()
            .find(|row| {
                let own = squeeze(row.1);
                own == wanted
                    || numbered.as_ref() == Some(&own)
                    || (!row.2.is_empty() && squeeze(row.2) == wanted)
            })
            .map(|row| row.0)
            .or_else(|| {
                (wanted == "iso88599")
                    .then(|| single(WINDOWS_1254))
                    .or_else(|| (wanted == "iso885911").then(|| single(WINDOWS_874)))
            })
    }

    /// The usual name: `UTF-8`, `ISO-8859-1`, `Shift_JIS`.
    pub fn name(self) -> &'static str {
        self.row().map_or("UTF-8", |row| row.1)
    }

    /// What MSH-18 calls it (HL7 table 0211), where the table has it.
    pub fn hl7_name(self) -> Option<&'static str> {
        self.row().map(|row| row.2).filter(|name| !name.is_empty())
    }

    /// How many bytes every code unit has: 1, 2 (UTF-16) or 4 (UTF-32).
    pub fn unit_width(self) -> usize {
        match self.0 {
            Coding::Utf16(_) => 2,
            Coding::Utf32(_) => 4,
            Coding::Ascii
            | Coding::Latin1
            | Coding::Utf8
            | Coding::Iso2022(_)
            | Coding::Single(_)
            | Coding::Multi(_) => 1,
        }
    }

    fn row(self) -> Option<&'static Row> {
        ROWS.iter().find(|row| row.0 == self)
    }
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name in lower case, letters and digits only, without the prefix `unicode` before a UTF.
fn squeeze(name: &str) -> String {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    match plain.strip_prefix("unicode") {
        Some(rest) if rest.starts_with("utf") => rest.to_owned(),
        _ => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expect: &str) {
        assert_eq!(
            Charset::from_name(name).map_or("none", Charset::name),
            expect,
            "{name}"
        );
    }

    #[test]
    fn spellings_of_every_vendor_are_understood() {
        for (name, expect) in [
            ("UNICODE UTF-8", "UTF-8"),
            ("utf8", "UTF-8"),
            ("UTF-8", "UTF-8"),
            ("8859/1", "ISO-8859-1"),
            ("ISO-8859-1", "ISO-8859-1"),
            ("ISO8859/1", "ISO-8859-1"),
            ("iso_8859-15", "ISO-8859-15"),
            ("8859/9", "windows-1254"),
            ("ISO-8859-9", "windows-1254"),
            ("ISO 8859-11", "windows-874"),
            ("windows-1252", "windows-1252"),
            ("CP1250", "windows-1250"),
            ("1251", "windows-1251"),
            ("ISO IR87", "ISO-2022-JP"),
            ("ISO IR159", "ISO-2022-JP"),
            ("GB 18030-2000", "GB18030"),
            ("KS X 1001", "EUC-KR"),
            ("BIG-5", "Big5"),
            ("UNICODE", "UTF-16LE"),
            ("UNICODE UTF-16", "UTF-16LE"),
            ("UNICODE UTF-32", "UTF-32LE"),
            ("ISO IR6", "ASCII"),
            ("ASCII", "ASCII"),
            ("euc_jp", "EUC-JP"),
            ("koi8-r", "KOI8-R"),
            ("ISO IR 999", "none"),
            ("CNS 11643-1992", "none"),
            ("", "none"),
        ] {
            check(name, expect);
        }
    }

    #[test]
    fn every_charset_is_found_by_its_own_names() {
        for charset in Charset::all() {
            check(charset.name(), charset.name());
        }
    }
}
