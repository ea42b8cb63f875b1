//! Blocks that end with the making of a variable.
//!
//! The engine tells when a statement begins, and a block's variables are gone by the time that the next
//! one does. So a script that is recorded has a statement more at the end of such a block, on the same
//! line, that does nothing: what the variable holds is seen when it is come to.

use rhai::{AST, ASTNode, Expr, Position, Stmt, StmtBlock};

/// What is written at the end of a block: nothing becomes of it, whatever stands before it.
const NOTHING: &str = ";if false{}";

/// Characters of it before its statement begins.
const BEFORE: u32 = 1;

/// Places of a text at which something was written in, each as line and column of the text before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ends {
    places: Vec<(u32, u32)>,
}

/// The text with a statement more at the end of each block that ends with the making of a variable.
pub(super) fn with_ends(ast: &AST, source: &str) -> (String, Ends) {
    let mut places = Vec::new();
    ast.walk(&mut |nodes| {
        for block in nodes.last().into_iter().flat_map(blocks) {
            if let Some(Stmt::Var(..)) = block.statements().last() {
                places.push(numbers(block.end_position()));
            }
        }
        true
    });
    places.extend(ends_of_functions(ast));
    places.retain(|(line, column)| *line > 0 && *column > 0);
    places.sort_unstable();
    places.dedup();
    let mut written = Vec::with_capacity(places.len());
    let mut text = String::with_capacity(source.len() + places.len() * NOTHING.len());
    for (number, line) in (1_u32..).zip(source.split_inclusive('\n')) {
        let here = places.iter().filter(|(at, _)| *at == number);
        let mut columns = here.map(|(_, column)| *column).peekable();
        for (column, c) in (1_u32..).zip(line.chars()) {
            // What a closure does may stand without braces.
            if columns.next_if_eq(&column).is_some() && c == '}' {
                text.push_str(NOTHING);
                written.push((number, column));
            }
            text.push(c);
        }
    }
    (text, Ends { places: written })
}

/// Where the functions end that end with the making of a variable.
fn ends_of_functions(ast: &AST) -> Vec<(u32, u32)> {
    let mut ends = Vec::new();
    for function in ast.iter_fn_def() {
        let mut own = ast.clone_functions_only();
        own.retain_functions(|_, _, name, parameters| {
            name == function.name && parameters == function.params.len()
        });
        let mut is_variable = false;
        // Rhai shows a function's statements to walkers only.
        own.walk(&mut |nodes| {
            if let [ASTNode::Stmt(statement)] = nodes {
                is_variable = matches!(statement, Stmt::Var(..));
            }
            true
        });
        if is_variable {
            ends.push(numbers(function.body.end_position()));
        }
    }
    ends
}

/// The blocks of a statement or an expression.
fn blocks<'n>(node: &ASTNode<'n>) -> Vec<&'n StmtBlock> {
    match node {
        ASTNode::Stmt(Stmt::If(flow, _) | Stmt::TryCatch(flow, _)) => {
            vec![&flow.body, &flow.branch]
        }
        ASTNode::Stmt(Stmt::While(flow, _) | Stmt::Do(flow, _, _)) => vec![&flow.body],
        ASTNode::Stmt(Stmt::For(parts, _)) => vec![&parts.2.body],
        ASTNode::Stmt(Stmt::Block(block)) | ASTNode::Expr(Expr::Stmt(block)) => vec![&**block],
        _ => Vec::new(),
    }
}

impl Ends {
    /// Whether a statement at a place of the longer text is one that was written in.
    pub(super) fn is_at(&self, (line, column): (u32, u32)) -> bool {
        let mut here = self.on(line).enumerate();
        here.any(|(before, at)| at + longer(before) + BEFORE == column)
    }

    /// The place in the text before of one in the longer text.
    pub(super) fn before(&self, (line, column): (u32, u32)) -> (u32, u32) {
        let here = self.on(line).enumerate();
        let behind = here.take_while(|(before, at)| at + longer(*before) < column);
        (line, column.saturating_sub(longer(behind.count())))
    }

    fn on(&self, line: u32) -> impl Iterator<Item = u32> + '_ {
        let here = self.places.iter().filter(move |(at, _)| *at == line);
        here.map(|(_, column)| *column)
    }
}

/// How many characters longer a line is with so many statements more.
fn longer(count: usize) -> u32 {
    u32::try_from(count * NOTHING.len()).unwrap_or(0)
}

fn numbers(position: Position) -> (u32, u32) {
    let number = |found: Option<usize>| {
        found
            .and_then(|found| u32::try_from(found).ok())
            .unwrap_or(0)
    };
    (number(position.line()), number(position.position()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expect: &str) {
        let mut engine = rhai::Engine::new_raw();
        engine.set_optimization_level(rhai::OptimizationLevel::None);
        let ast = engine.compile(source).expect("a script");
        let (text, ends) = with_ends(&ast, source);
        assert_eq!(text, expect);
        for (line, before) in (1_u32..).zip(source.lines()) {
            let longer = text.lines().nth(line as usize - 1).expect("as many lines");
            let places = longer
                .match_indices("if false")
                .map(|(at, _)| at as u32 + 1);
            for column in places {
                assert!(ends.is_at((line, column)), "{source} {line}:{column}");
            }
            for word in ["else", "y", "z"] {
                if let (Some(was), Some(is)) = (before.find(word), longer.find(word)) {
                    let place = ends.before((line, is as u32 + 1));
                    assert_eq!(place, (line, was as u32 + 1), "{source} {word}");
                }
            }
        }
    }

    #[test]
    fn a_statement_that_does_nothing_ends_blocks_that_end_with_a_variable() {
        check(
            "if true { let x = 1; } else { let y = 2 }\nlet z = 3;",
            "if true { let x = 1; ;if false{}} else { let y = 2 ;if false{}}\nlet z = 3;",
        );
        check(
            "for i in 0..2 {\n  let ä = i;\n}\nwhile false { print(1); }",
            "for i in 0..2 {\n  let ä = i;\n;if false{}}\nwhile false { print(1); }",
        );
        check(
            "fn f() { let x = 1; }\nlet z = || { let y = 2 };",
            "fn f() { let x = 1; ;if false{}}\nlet z = || { let y = 2 ;if false{}};",
        );
        check(
            "[1].for_each(|x| let z = x);",
            "[1].for_each(|x| let z = x);",
        );
        check(
            "fn f() { if true { let x = 1; } 3 } let z = { let y = 1; };",
            "fn f() { if true { let x = 1; ;if false{}} 3 } let z = { let y = 1; ;if false{}};",
        );
    }
}
