//! Conditions that only compare values of the message with each other and with texts.
//!
//! Most conditions of a profile are of this kind: `seg["2"] == "I" || seg["2"] == "E"`. They are answered
//! without the language, which takes some thousand instructions to begin with each.

use std::borrow::Cow;

use rhai::{AST, Expr, FnCallExpr, Stmt, Token};

use super::paths::Path;
use crate::hl7::{Element, FieldPath, Location, Message, Segment, SegmentId};

/// A condition that reads, compares and joins what it finds, and nothing else.
#[derive(Debug)]
pub(super) enum Comparison {
    /// `a && b`
    All(Box<[Comparison]>),
    /// `a || b`
    Any(Box<[Comparison]>),
    /// `!a`
    Not(Box<Comparison>),
    /// `a == b`
    Values(Operand, Order, Operand),
}

/// What is compared.
#[derive(Debug)]
pub(super) enum Operand {
    /// `msg["PID-8"]`
    OfMessage(Location),
    /// `seg["8"]`
    OfSegment(FieldPath),
    /// `"F"`
    Text(Box<str>),
}

/// How two texts have to stand to each other.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    Same,
    Other,
    Before,
    NotAfter,
    After,
    NotBefore,
}

impl Comparison {
    /// The comparison that a script is, if it is one; `seg` stands for a segment named `segment`.
    pub(super) fn of(ast: &AST, segment: Option<SegmentId>) -> Option<Self> {
        match ast.statements() {
            [Stmt::Expr(expression)] => Reader { segment }.expression(expression),
            [Stmt::FnCall(call, _)] => Reader { segment }.call(call),
            _ => None,
        }
    }

    /// Whether it is true of a message, in a rule of a segment of that one.
    pub(super) fn holds(&self, message: &Message, segment: Option<Segment<'_>>) -> bool {
        match self {
            Comparison::All(parts) => parts.iter().all(|part| part.holds(message, segment)),
            Comparison::Any(parts) => parts.iter().any(|part| part.holds(message, segment)),
            Comparison::Not(part) => !part.holds(message, segment),
            Comparison::Values(left, order, right) => {
                order.is_kept(&left.text(message, segment), &right.text(message, segment))
            }
        }
    }
}

impl Operand {
    fn text<'t>(&'t self, message: &'t Message, segment: Option<Segment<'t>>) -> Cow<'t, str> {
        let element: Option<Element<'t>> = match self {
            Operand::OfMessage(location) => message.find(location),
            Operand::OfSegment(path) => segment.and_then(|segment| segment.find(path)),
            Operand::Text(text) => return Cow::Borrowed(text),
        };
        element.map_or(Cow::Borrowed(""), |element| element.text())
    }
}

impl Order {
    fn of(token: &Token) -> Option<Self> {
        Some(match token {
            Token::EqualsTo => Order::Same,
            Token::NotEqualsTo => Order::Other,
            Token::LessThan => Order::Before,
            Token::LessThanEqualsTo => Order::NotAfter,
            Token::GreaterThan => Order::After,
            Token::GreaterThanEqualsTo => Order::NotBefore,
            _ => return None,
        })
    }

    fn is_kept(self, left: &str, right: &str) -> bool {
        match self {
            Order::Same => left == right,
            Order::Other => left != right,
            Order::Before => left < right,
            Order::NotAfter => left <= right,
            Order::After => left > right,
            Order::NotBefore => left >= right,
        }
    }
}

/// Reads comparisons out of what Rhai made of a script; `None` for all that is more than that.
struct Reader {
    /// What `seg` is.
    segment: Option<SegmentId>,
}

impl Reader {
    fn expression(&self, expression: &Expr) -> Option<Comparison> {
        match expression {
            Expr::And(parts, _) => self.parts(parts).map(Comparison::All),
            Expr::Or(parts, _) => self.parts(parts).map(Comparison::Any),
            Expr::FnCall(call, _) => self.call(call),
            _ => None,
        }
    }

    fn parts(&self, parts: &[Expr]) -> Option<Box<[Comparison]>> {
        parts.iter().map(|part| self.expression(part)).collect()
    }

    fn call(&self, call: &FnCallExpr) -> Option<Comparison> {
        let token = call.op_token.as_ref()?;
        match &*call.args {
            [part] if *token == Token::Bang => {
                Some(Comparison::Not(Box::new(self.expression(part)?)))
            }
            [left, right] => Some(Comparison::Values(
                self.operand(left)?,
                Order::of(token)?,
                self.operand(right)?,
            )),
            _ => None,
        }
    }

    fn operand(&self, expression: &Expr) -> Option<Operand> {
        let chain = match expression {
            Expr::StringConstant(text, _) => return Some(Operand::Text(text.as_str().into())),
            Expr::Index(chain, ..) => chain,
            _ => return None,
        };
        let (Expr::Variable(variable, ..), Expr::StringConstant(path, _)) =
            (&chain.lhs, &chain.rhs)
        else {
            return None;
        };
        let path = Path::parse(path).ok()?;
        match (variable.1.as_str(), self.segment) {
            ("msg", _) => path.whole().ok().cloned().map(Operand::OfMessage),
            ("seg", Some(id)) => path
                .inside(id.as_str())
                .ok()
                .cloned()
                .map(Operand::OfSegment),
            _ => None,
        }
    }
}
