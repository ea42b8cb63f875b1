//! The engine that records: the only file that names Rhai's debugger, which changes between versions.

use rhai::debugger::{DebuggerCommand, DebuggerEvent};
use rhai::{ASTNode, EvalContext, Scope, Stmt};

use super::code_reading::{address, numbers};
use super::ran::Ran;
use super::recorded_value::Value;
use super::recorder::Recorder;
use super::running::{Run, counting, recording};
use super::value_kept::kept;

/// Lets an engine tell the recorder of its thread, or who counts there, of each piece that it comes to.
pub(super) fn watch(engine: &mut rhai::Engine) {
    // Rhai marks this as deprecated to say that it may change.
    #[allow(deprecated)]
    engine.register_debugger(
        |_, debugger| debugger,
        |context, event, node, _, _| {
            if !counting(|ran| come_to(ran, &event, &node)) {
                recording(|run, recorder| note(run, recorder, &context, &event, node));
            }
            Ok(DebuggerCommand::StepInto)
        },
    );
}

/// What a scope holds, as a recording keeps it.
pub(super) fn sight<'s>(run: &'s Run, scope: &'s Scope<'_>) -> impl Fn(&str) -> Option<Value> + 's {
    |name| scope.get(name).map(|value| kept(value, run))
}

fn come_to(ran: &mut Ran, event: &DebuggerEvent<'_>, node: &ASTNode<'_>) {
    if !matches!(event, DebuggerEvent::Start | DebuggerEvent::Step) {
        return;
    }
    match *node {
        ASTNode::Stmt(statement) => ran.come_to(address(statement)),
        ASTNode::Expr(expression) => ran.come_to(address(expression)),
        _ => {}
    }
}

fn note(
    run: &Run,
    recorder: &mut Recorder,
    context: &EvalContext<'_, '_, '_, '_, '_, '_>,
    event: &DebuggerEvent<'_>,
    node: ASTNode<'_>,
) {
    let calls = context
        .debugger()
        .map_or(&[][..], |debugger| debugger.call_stack());
    let stack = calls.len();
    let sight = sight(run, context.scope());
    match event {
        DebuggerEvent::Start | DebuggerEvent::Step => {
            let piece = match node {
                ASTNode::Stmt(statement) => recorder.piece_of(address(statement)),
                ASTNode::Expr(expression) => recorder.piece_of(address(expression)),
                _ => None,
            };
            match piece {
                Some(piece) => recorder.enter(piece, stack, &sight),
                None if is_start_of_function(&node) => {
                    if let Some(call) = calls.last().filter(|_| !recorder.is_in_call(stack)) {
                        recorder.call(&call.fn_name, numbers(call.pos), stack, &sight);
                    }
                }
                None => {}
            }
        }
        DebuggerEvent::FunctionExitWithValue(value) if recorder.is_in_call(stack) => {
            let name = calls.last().map_or("", |call| call.fn_name.as_str());
            let value = kept(value, run);
            recorder.leave(name, Some(value), &sight);
        }
        DebuggerEvent::FunctionExitWithError(_) if recorder.is_in_call(stack) => {
            recorder.leave("", None, &sight);
        }
        _ => {}
    }
}

/// Before the statements of a function the engine tells of one that says nothing.
fn is_start_of_function(node: &ASTNode<'_>) -> bool {
    matches!(node, ASTNode::Stmt(Stmt::Noop(_)))
}
