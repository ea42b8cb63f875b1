//! Which segments of two messages belong side by side.

use std::collections::HashMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Above this many pairs of segments, they are paired in order instead of by likeness.
const PAIRS_TO_COMPARE: usize = 1_000_000;

/// What a segment holds.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Content<'m> {
    pub(super) id: &'m str,
    /// Every value that is not empty with its place, in order.
    pub(super) leaves: Vec<(u64, String)>,
}

/// A segment of the left message and one of the right, or one of them alone.
type Pair = (Option<usize>, Option<usize>);

/// Pairs of segments in order: those that are the same, then, between them, those most alike.
pub(super) fn align(left: &[Content<'_>], right: &[Content<'_>]) -> Vec<Pair> {
    let mut numbers: HashMap<&Content<'_>, usize> = HashMap::new();
    let mut number = |content| {
        let next = numbers.len();
        *numbers.entry(content).or_insert(next)
    };
    let a: Vec<usize> = left.iter().map(&mut number).collect();
    let b: Vec<usize> = right.iter().map(&mut number).collect();
    let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let tail = a[head..]
        .iter()
        .rev()
        .zip(b[head..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (a_end, b_end) = (a.len() - tail, b.len() - tail);
    let mut pairs: Vec<Pair> = (0..head).map(|at| (Some(at), Some(at))).collect();
    if (a_end - head).saturating_mul(b_end - head) > PAIRS_TO_COMPARE {
        in_order(left, right, head..a_end, head..b_end, &mut pairs);
    } else {
        for operation in capture_diff_slices(Algorithm::Myers, &a[head..a_end], &b[head..b_end]) {
            let (old, new) = (operation.old_range(), operation.new_range());
            let old = old.start + head..old.end + head;
            let new = new.start + head..new.end + head;
            match operation {
                DiffOp::Equal { .. } => pairs.extend(old.map(Some).zip(new.map(Some))),
                DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                    by_likeness(left, right, old, new, &mut pairs);
                }
            }
        }
    }
    pairs.extend((a_end..a.len()).map(Some).zip((b_end..b.len()).map(Some)));
    pairs
}

/// Pairs neighbours of one name, in order.
fn in_order(
    left: &[Content<'_>],
    right: &[Content<'_>],
    old: std::ops::Range<usize>,
    new: std::ops::Range<usize>,
    pairs: &mut Vec<Pair>,
) {
    let (mut old, mut new) = (old.peekable(), new.peekable());
    loop {
        match (old.peek().copied(), new.peek().copied()) {
            (None, None) => return,
            (Some(a), Some(b)) if left[a].id == right[b].id => {
                pairs.push((old.next(), new.next()));
            }
            (Some(_), _) => pairs.push((old.next(), None)),
            (None, Some(_)) => pairs.push((None, new.next())),
        }
    }
}

/// Pairs segments of one name so that the sum of their likeness is greatest (Needleman and
/// Wunsch, 1970).
fn by_likeness(
    left: &[Content<'_>],
    right: &[Content<'_>],
    old: std::ops::Range<usize>,
    new: std::ops::Range<usize>,
    pairs: &mut Vec<Pair>,
) {
    let (old, new): (Vec<usize>, Vec<usize>) = (old.collect(), new.collect());
    let width = new.len() + 1;
    // best[i * width + j]: the greatest sum for what is left from old[i] and new[j] on.
    let mut best = vec![0_u32; (old.len() + 1) * width];
    let mut like = vec![0_u32; old.len() * new.len()];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            let likeness = likeness(&left[old[i]], &right[new[j]]);
            like[i * new.len() + j] = likeness;
            let alone = best[(i + 1) * width + j].max(best[i * width + j + 1]);
            let paired = if likeness > 0 {
                best[(i + 1) * width + j + 1] + likeness
            } else {
                0
            };
            best[i * width + j] = alone.max(paired);
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        let both = i < old.len() && j < new.len();
        let here = best[i * width + j];
        if both
            && like[i * new.len() + j] > 0
            && here == best[(i + 1) * width + j + 1] + like[i * new.len() + j]
        {
            pairs.push((Some(old[i]), Some(new[j])));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (!both || here == best[(i + 1) * width + j]) {
            pairs.push((Some(old[i]), None));
            i += 1;
        } else {
            pairs.push((None, Some(new[j])));
            j += 1;
        }
    }
}

/// 0 for segments of two names, else 1 to 101 by how many values are the same at the same place.
fn likeness(a: &Content<'_>, b: &Content<'_>) -> u32 {
    if a.id != b.id {
        return 0;
    }
    let (mut left, mut right) = (a.leaves.iter().peekable(), b.leaves.iter().peekable());
    let mut same = 0;
    while let (Some(x), Some(y)) = (left.peek(), right.peek()) {
        match x.0.cmp(&y.0) {
            std::cmp::Ordering::Less => {
                left.next();
            }
            std::cmp::Ordering::Greater => {
                right.next();
            }
            std::cmp::Ordering::Equal => {
                same += usize::from(x.1 == y.1);
                left.next();
                right.next();
            }
        }
    }
    let most = a.leaves.len().max(b.leaves.len()).max(1);
    1 + (same * 100 / most) as u32
}
