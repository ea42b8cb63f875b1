//! From the tree that Rhai makes of a script to its pieces.

use std::sync::Arc;

use rhai::{AST, ASTFlags, ASTNode, Dynamic, Expr, FnCallExpr, FnPtr, Position, Stmt};

use super::code::{Code, Function, Kind, Nodes, Piece};
use super::code_ends::Ends;

/// Reads the pieces of a script, with statements written in at some ends of blocks. The tree must stay where it is: its nodes are known by their addresses.
pub(super) fn read(ast: &AST, name: &Arc<str>, source: &Arc<str>, ends: Ends) -> Code {
    let mut reader = Reader {
        ends,
        pieces: Vec::new(),
        nodes: Nodes::default(),
        around: Vec::new(),
    };
    reader.statements(ast.statements());
    let mut functions = Vec::new();
    for function in ast.iter_fn_def() {
        let start = reader.pieces.len();
        let mut own = ast.clone_functions_only();
        own.retain_functions(|_, _, name, parameters| {
            name == function.name && parameters == function.params.len()
        });
        // Rhai shows a function's statements to walkers only.
        own.walk(&mut |nodes| {
            if let [ASTNode::Stmt(statement)] = nodes {
                reader.statement(statement);
            }
            true
        });
        functions.push(Function {
            name: function.name.as_str().into(),
            parameters: function
                .params
                .iter()
                .map(|name| name.as_str().into())
                .collect(),
            pieces: start..reader.pieces.len(),
        });
    }
    Code {
        name: Arc::clone(name),
        source: Arc::clone(source),
        pieces: reader.pieces,
        functions,
        nodes: reader.nodes,
    }
}

/// The address of a node, by which the debugger's events are told apart.
pub(super) fn address<T>(node: &T) -> usize {
    std::ptr::from_ref(node).addr()
}

struct Reader {
    ends: Ends,
    pieces: Vec<Piece>,
    nodes: Nodes,
    /// The pieces around the one being read.
    around: Vec<usize>,
}

impl Reader {
    /// Adds a piece and what lies in it.
    fn piece(
        &mut self,
        kind: Kind,
        start: Position,
        at: Position,
        inner: impl FnOnce(&mut Self),
    ) -> usize {
        let index = self.pieces.len();
        let (line, column) = self.ends.before(numbers(start));
        self.pieces.push(Piece {
            kind,
            line,
            column,
            // Where the engine says that calls stand, it says so of the longer text.
            at: numbers(at),
            end: index + 1,
            parent: self.around.last().copied().unwrap_or(index),
        });
        self.around.push(index);
        inner(self);
        self.around.pop();
        let end = self.pieces.len();
        if let Some(piece) = self.pieces.get_mut(index) {
            piece.end = end;
        }
        index
    }

    fn statements(&mut self, statements: &[Stmt]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn block(&mut self, statements: &[Stmt], at: Position) {
        self.piece(Kind::Block, at, at, |reader| reader.statements(statements));
    }

    fn statement(&mut self, statement: &Stmt) {
        let at = statement.position();
        let index = match statement {
            Stmt::Var(declared, _, _) => {
                let (name, value, _) = &**declared;
                self.piece(Kind::Let(name.as_str().into()), at, at, |reader| {
                    reader.expression(value);
                })
            }
            Stmt::Assignment(assigned) => {
                let adds = assigned.0.is_op_assignment();
                let start = assigned.1.lhs.start_position();
                self.piece(Kind::Assign { adds }, start, at, |reader| {
                    reader.expression(&assigned.1.lhs);
                    reader.expression(&assigned.1.rhs);
                })
            }
            Stmt::FnCall(call, at) => {
                self.piece(Kind::Evaluate, start_of(call, *at), *at, |reader| {
                    reader.call(Kind::Call(call.name.as_str().into()), call, *at);
                })
            }
            Stmt::Expr(value) => {
                let start = value.start_position();
                let index =
                    self.piece(Kind::Evaluate, start, at, |reader| reader.expression(value));
                // Rhai tells of the expression only.
                self.nodes.insert(address(&**value), index);
                index
            }
            Stmt::If(..) if self.ends.is_at(numbers(at)) => {
                self.piece(Kind::Nothing, at, at, |_| {})
            }
            Stmt::If(flow, _) => self.piece(Kind::If, at, at, |reader| {
                reader.expression(&flow.expr);
                reader.block(flow.body.statements(), flow.body.position());
                reader.block(flow.branch.statements(), flow.branch.position());
            }),
            Stmt::Switch(parts, _) => {
                let (value, cases) = &**parts;
                self.piece(Kind::Switch, at, at, |reader| {
                    reader.expression(value);
                    for case in &cases.expressions {
                        reader.expression(&case.lhs);
                        reader.piece(
                            Kind::Block,
                            case.rhs.start_position(),
                            case.rhs.position(),
                            |reader| reader.expression(&case.rhs),
                        );
                    }
                })
            }
            Stmt::While(flow, _) => self.piece(Kind::While, at, at, |reader| {
                reader.expression(&flow.expr);
                reader.block(flow.body.statements(), flow.body.position());
            }),
            Stmt::Do(flow, options, _) => {
                let until = options.contains(ASTFlags::NEGATED);
                self.piece(Kind::Do { until }, at, at, |reader| {
                    reader.expression(&flow.expr);
                    reader.block(flow.body.statements(), flow.body.position());
                })
            }
            Stmt::For(parts, _) => {
                let (name, counter, flow) = &**parts;
                let kind = Kind::For {
                    name: name.as_str().into(),
                    counter: counter.as_ref().map(|counter| counter.as_str().into()),
                };
                self.piece(kind, at, at, |reader| {
                    reader.expression(&flow.expr);
                    reader.block(flow.body.statements(), flow.body.position());
                })
            }
            Stmt::TryCatch(flow, _) => self.piece(Kind::Try, at, at, |reader| {
                reader.block(flow.body.statements(), flow.body.position());
                reader.block(flow.branch.statements(), flow.branch.position());
            }),
            Stmt::Block(block) => self.piece(Kind::Block, at, at, |reader| {
                reader.statements(block.statements());
            }),
            Stmt::BreakLoop(value, _, _) => self.leaving(Kind::LeaveLoop, value.as_deref(), at),
            Stmt::Return(value, _, _) => self.leaving(Kind::LeaveFunction, value.as_deref(), at),
            _ => self.piece(Kind::Nothing, at, at, |_| {}),
        };
        self.nodes.insert(address(statement), index);
    }

    fn leaving(&mut self, kind: Kind, value: Option<&Expr>, at: Position) -> usize {
        self.piece(kind, at, at, |reader| {
            if let Some(value) = value {
                reader.expression(value);
            }
        })
    }

    fn call(&mut self, kind: Kind, call: &FnCallExpr, at: Position) -> usize {
        self.piece(kind, start_of(call, at), at, |reader| {
            for argument in &*call.args {
                reader.expression(argument);
            }
        })
    }

    /// A function as a value, and the variables that it shares.
    fn closure(&mut self, curried: &Expr, start: Position, at: Position) -> usize {
        let Expr::FnCall(call, _) = curried else {
            return self.piece(Kind::Constant(None), start, at, |_| {});
        };
        let name = call.args.first().and_then(|first| match first {
            Expr::DynamicConstant(value, _) => function_of(value),
            _ => None,
        });
        let kind = name.map_or(Kind::Constant(None), Kind::Pointer);
        let shared = call.args.iter().skip(1);
        let index = self.expressions(kind, start, at, shared);
        self.nodes.insert(address(curried), index);
        index
    }

    fn expressions<'e>(
        &mut self,
        kind: Kind,
        start: Position,
        at: Position,
        inner: impl IntoIterator<Item = &'e Expr>,
    ) -> usize {
        self.piece(kind, start, at, |reader| {
            for expression in inner {
                reader.expression(expression);
            }
        })
    }

    fn expression(&mut self, expression: &Expr) {
        let (start, at) = (expression.start_position(), expression.position());
        let index = match expression {
            Expr::StringConstant(text, _) => {
                let kind = Kind::Constant(Some(text.as_str().into()));
                self.piece(kind, start, at, |_| {})
            }
            Expr::DynamicConstant(value, _) => {
                let kind = function_of(value).map_or(Kind::Constant(None), Kind::Pointer);
                self.piece(kind, start, at, |_| {})
            }
            Expr::Variable(variable, _, _) => {
                let kind = Kind::Variable(variable.1.as_str().into());
                self.piece(kind, start, at, |_| {})
            }
            Expr::ThisPtr(_) => self.piece(Kind::This, start, at, |_| {}),
            Expr::Property(property, _) => {
                let kind = Kind::Property(property.2.as_str().into());
                self.piece(kind, start, at, |_| {})
            }
            Expr::InterpolatedString(parts, _) => self.piece(Kind::Joined, start, at, |reader| {
                for part in &**parts {
                    reader.expression(joined(part));
                }
            }),
            Expr::Array(items, _) => self.expressions(Kind::List, start, at, &**items),
            Expr::Map(map, _) => {
                let keys = map.0.iter().map(|(key, _)| key.as_str().into()).collect();
                let values = map.0.iter().map(|(_, value)| value);
                self.expressions(Kind::Map(keys), start, at, values)
            }
            Expr::MethodCall(call, at) => {
                self.call(Kind::Method(call.name.as_str().into()), call, *at)
            }
            Expr::FnCall(call, at) => self.call(Kind::Call(call.name.as_str().into()), call, *at),
            Expr::Dot(parts, _, _) => {
                self.expressions(Kind::Dot, start, at, [&parts.lhs, &parts.rhs])
            }
            Expr::Index(parts, _, _) => {
                self.expressions(Kind::Index, start, at, [&parts.lhs, &parts.rhs])
            }
            Expr::And(parts, _) | Expr::Or(parts, _) | Expr::Coalesce(parts, _) => {
                self.expressions(Kind::Either, start, at, parts.iter())
            }
            Expr::Stmt(block) => match block.statements() {
                // A closure that takes variables along.
                [Stmt::Share(_), Stmt::Expr(curried)] => self.closure(curried, start, at),
                statements => self.piece(Kind::Braces, start, at, |reader| {
                    reader.statements(statements);
                }),
            },
            _ => self.piece(Kind::Constant(None), start, at, |_| {}),
        };
        self.nodes.entry(address(expression)).or_insert(index);
    }
}

/// What stands in a text: `${name}` is a block of one expression.
fn joined(part: &Expr) -> &Expr {
    match part {
        Expr::Stmt(block) => match block.statements() {
            [Stmt::Expr(only)] => only,
            _ => part,
        },
        _ => part,
    }
}

/// Where a call begins: an operator's first operand stands before its sign.
fn start_of(call: &FnCallExpr, at: Position) -> Position {
    match (&call.op_token, call.args.first()) {
        (Some(_), Some(first)) if call.args.len() > 1 => first.start_position(),
        _ => at,
    }
}

fn function_of(value: &Dynamic) -> Option<Box<str>> {
    let pointer = value.read_lock::<FnPtr>()?;
    Some(pointer.fn_name().into())
}

/// Line and column, counted from 1; 0 where there is none.
pub(super) fn numbers(position: Position) -> (u32, u32) {
    let number = |found: Option<usize>| {
        found
            .and_then(|found| u32::try_from(found).ok())
            .unwrap_or(0)
    };
    (number(position.line()), number(position.position()))
}
