//! Hides credentials in the bytes of HTTP that somebody listens in to.

use bytes::Bytes;

use super::layer::Layer;
use super::stream::{Direction, WireBytes};

/// Writes stars over what stands behind `Authorization:`, wherever the pieces are cut.
#[derive(Debug)]
pub(super) struct Mask {
    is_http: bool,
    came: Way,
    went: Way,
}

/// How far the bytes that go one way are.
#[derive(Debug, Default)]
struct Way {
    /// Bytes of the name that were just seen.
    seen: usize,
    is_behind: bool,
}

/// Names of headers stand at the beginning of a line.
const NAME: &[u8] = b"\nauthorization:";

impl Mask {
    /// For the bytes of a layer.
    pub(super) fn of(layer: &Layer) -> Self {
        Self {
            is_http: matches!(layer, Layer::Http(_)),
            came: Way::default(),
            went: Way::default(),
        }
    }

    /// The piece without credentials.
    pub(super) fn hide(&mut self, mut piece: WireBytes) -> WireBytes {
        if self.is_http {
            let way = match piece.direction {
                Direction::In => &mut self.came,
                Direction::Out => &mut self.went,
            };
            piece.bytes = way.hide(&piece.bytes);
        }
        piece
    }
}

impl Way {
    fn hide(&mut self, bytes: &Bytes) -> Bytes {
        let mut hidden = Vec::new();
        for (at, byte) in bytes.iter().enumerate() {
            if self.is_behind {
                if matches!(byte, b'\r' | b'\n') {
                    self.is_behind = false;
                    self.seen = usize::from(*byte == b'\n');
                } else if *byte != b' ' {
                    hidden.push(at);
                }
            } else if NAME.get(self.seen) == Some(&byte.to_ascii_lowercase()) {
                self.seen += 1;
                self.is_behind = self.seen == NAME.len();
            } else {
                self.seen = usize::from(*byte == b'\n');
            }
        }
        if hidden.is_empty() {
            return bytes.clone();
        }
        let mut masked = bytes.to_vec();
        for at in hidden {
            if let Some(byte) = masked.get_mut(at) {
                *byte = b'*';
            }
        }
        Bytes::from(masked)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, Way};

    #[test]
    fn credentials_are_hidden_wherever_they_are_cut() {
        let text = "POST / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic bGFi\r\nx-authorization: 1\r\n\r\nMSH|";
        let expect = text.replace("Basic bGFi", "***** ****");
        for size in 1..text.len() {
            let mut way = Way::default();
            let pieces = text.as_bytes().chunks(size);
            let found: Vec<u8> = pieces
                .flat_map(|piece| way.hide(&Bytes::copy_from_slice(piece)))
                .collect();
            assert_eq!(String::from_utf8_lossy(&found), expect, "{size}");
        }
    }
}
