//! Files compressed with gzip or zstd, told by their first bytes.

use std::borrow::Cow;
use std::io::{self, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;

/// How a file is compressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compression {
    /// RFC 1952, also several members one after the other.
    Gzip,
    /// RFC 8878, also several frames one after the other.
    Zstd,
}

/// Why a compressed file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DecompressError {
    /// More comes out than was allowed: a mistake, or a file made to fill the memory.
    #[error("the {} file holds more than {limit} bytes; this is the limit", .compression.name())]
    TooLarge {
        /// How it is compressed.
        compression: Compression,
        /// The limit that was given, in bytes.
        limit: usize,
    },
    /// The compressed data ends too early or is no such data.
    #[error("the {} file is damaged or was cut off: {reason}", .compression.name())]
    Damaged {
        /// How it is compressed.
        compression: Compression,
        /// What the decoder says.
        reason: String,
    },
}

impl Compression {
    /// What the first bytes say.
    pub fn of(bytes: &[u8]) -> Option<Compression> {
        if bytes.starts_with(&[0x1F, 0x8B, 0x08]) {
            Some(Self::Gzip)
        } else if bytes.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) {
            Some(Self::Zstd)
        } else {
            None
        }
    }

    /// `gzip` or `zstd`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// The bytes themselves, or what they are compressed from, `limit` bytes at most.
pub fn decompress(bytes: &[u8], limit: usize) -> Result<Cow<'_, [u8]>, DecompressError> {
    let Some(compression) = Compression::of(bytes) else {
        return Ok(Cow::Borrowed(bytes));
    };
    let read = match compression {
        Compression::Gzip => read_limited(MultiGzDecoder::new(bytes), Vec::new(), limit),
        Compression::Zstd => read_frames(bytes, limit),
    };
    match read {
        Ok(Some(plain)) => Ok(Cow::Owned(plain)),
        Ok(None) => Err(DecompressError::TooLarge { compression, limit }),
        Err(error) => Err(DecompressError::Damaged {
            compression,
            reason: error.to_string(),
        }),
    }
}

/// Appends all that `reader` gives to `plain`; `None` if that makes it longer than `limit`.
fn read_limited(
    reader: impl Read,
    mut plain: Vec<u8>,
    limit: usize,
) -> io::Result<Option<Vec<u8>>> {
    let room = limit.saturating_sub(plain.len()) as u64;
    reader
        .take(room.saturating_add(1))
        .read_to_end(&mut plain)?;
    Ok((plain.len() <= limit).then_some(plain))
}

fn read_frames(mut bytes: &[u8], limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut plain = Vec::new();
    while !bytes.is_empty() {
        if let Some(rest) = after_skippable_frame(bytes) {
            bytes = rest;
            continue;
        }
        let frame = StreamingDecoder::new(&mut bytes).map_err(io::Error::other)?;
        match read_limited(frame, plain, limit)? {
            Some(longer) => plain = longer,
            None => return Ok(None),
        }
    }
    Ok(Some(plain))
}

/// RFC 8878, 3.1.2: a magic number 0x184D2A50 to 5F, a length, that many bytes to skip.
fn after_skippable_frame(bytes: &[u8]) -> Option<&[u8]> {
    let magic: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
    let length: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
    let length = u32::from_le_bytes(length) as usize;
    (u32::from_le_bytes(magic) & 0xFFFF_FFF0 == 0x184D_2A50)
        .then(|| bytes.get(8..)?.get(length..))
        .flatten()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::write::GzEncoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(plain).expect("a Vec takes all");
        encoder.finish().expect("a Vec takes all")
    }

    fn zstd(plain: &[u8]) -> Vec<u8> {
        compress_to_vec(plain, CompressionLevel::Fastest)
    }

    fn check(bytes: &[u8], limit: usize, expect: Result<&[u8], &str>) {
        let found = decompress(bytes, limit);
        match (&found, expect) {
            (Ok(found), Ok(expect)) => assert_eq!(found.as_ref(), expect),
            (Err(error), Err(expect)) => assert!(error.to_string().contains(expect), "{error}"),
            (found, expect) => panic!("{} instead of {}", found.is_ok(), expect.is_ok()),
        }
    }

    #[test]
    fn plain_bytes_are_lent_not_copied() {
        assert!(matches!(decompress(b"MSH|", 1), Ok(Cow::Borrowed(b"MSH|"))));
        check(b"", 0, Ok(b""));
    }

    #[test]
    fn both_formats_are_read_also_in_several_parts() {
        for compress in [gzip, zstd] {
            let both = [compress(b"MSH|1\r"), compress(b"MSH|2\r")].concat();
            check(&both, 100, Ok(b"MSH|1\rMSH|2\r"));
            check(&compress(b""), 0, Ok(b""));
        }
    }

    #[test]
    fn more_than_the_limit_and_damage_are_errors() {
        let zeros = vec![0; 1_000_000];
        for (compress, name) in [(gzip as fn(&[u8]) -> Vec<u8>, "gzip"), (zstd, "zstd")] {
            let packed = compress(&zeros);
            check(&packed, zeros.len(), Ok(&zeros));
            check(
                &packed,
                zeros.len() - 1,
                Err(&format!("{name} file holds more than 999999")),
            );
            check(
                &packed[..packed.len() - 6],
                zeros.len(),
                Err("damaged or was cut off"),
            );
        }
    }
}
