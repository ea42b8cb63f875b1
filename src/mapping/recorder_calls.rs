//! The calls of functions in a recording being made: their beginning, their value, their end.

use std::sync::Arc;

use super::code::Kind;
use super::recorded_value::Value;
use super::recorder::{Recorder, Sight};
use super::recording::{Frame, Happening};

impl Recorder {
    /// A function of the script begins.
    pub(super) fn call(&mut self, name: &str, at: (u32, u32), stack: usize, sight: Sight<'_>) {
        self.leave_lost_frames(stack.saturating_sub(1), sight);
        let Some((number, code)) = self.code() else {
            return;
        };
        let caller = self.open.last().copied();
        let function = code
            .functions
            .iter()
            .position(|function| &*function.name == name);
        let call = caller.and_then(|open| code.call_in(open.piece?, name, at));
        self.frames.push(Frame {
            function,
            code: number,
            caller: caller.map(|open| open.step),
            call,
            arguments: Vec::new(),
        });
        self.push_call(stack);
        self.keep_arguments(sight);
    }

    /// Keeps what the parameters of the function that begins hold.
    fn keep_arguments(&mut self, sight: Sight<'_>) {
        let frame = self.frames.last().filter(|_| !self.is_full);
        let code = frame.and_then(|frame| Some((frame.function?, self.codes.get(frame.code)?)));
        let function = code.and_then(|(at, code)| code.functions.get(at));
        let names = function.map_or(&[][..], |function| &function.parameters);
        let seen = names.iter().filter(|name| !self.is_busy(name));
        let value = |name: &str| Some((Arc::from(name), sight(name)?));
        let arguments = seen.filter_map(|name| value(name)).collect();
        if let Some(frame) = self.frames.last_mut() {
            frame.arguments = arguments;
        }
    }

    /// Whether the innermost frame is one of a function with a call stack of this length.
    pub(super) fn is_in_call(&self, stack: usize) -> bool {
        self.calls.len() > 1 && self.calls.last().is_some_and(|call| call.stack == stack)
    }

    /// The function has ended.
    pub(super) fn leave(&mut self, name: &str, value: Option<Value>, sight: Sight<'_>) {
        let Some(call) = self.calls.last().copied() else {
            return;
        };
        if let Some(value) = value.as_ref().filter(|value| self.gives(value, call.frame)) {
            let value = value.clone();
            self.happened(Happening::Gave { value });
        }
        self.close_frame(call.frame, sight);
        if let Some(value) = value {
            self.happened(Happening::Returned {
                function: name.into(),
                value,
            });
        }
    }

    /// Whether the open statement of a function gives the function's value, and does not say so already.
    fn gives(&self, value: &Value, frame: usize) -> bool {
        let open = self.open.last().filter(|open| open.frame == frame);
        let last = self.events.last().filter(|event| {
            let given =
                matches!(&event.what, Happening::Returned { value: given, .. } if given == value);
            given && open.is_some_and(|open| open.step == event.step)
        });
        if *value == Value::Nothing || last.is_some() {
            return false;
        }
        let found = open.and_then(|open| Some((self.frames.get(frame)?.code, open.piece?)));
        let piece = found.and_then(|(code, at)| self.codes.get(code)?.pieces.get(at));
        piece.is_some_and(|piece| {
            matches!(
                piece.kind,
                Kind::Evaluate | Kind::LeaveFunction | Kind::Switch
            )
        })
    }

    pub(super) fn close_frame(&mut self, frame: usize, sight: Sight<'_>) {
        let kept = self
            .open
            .iter()
            .take_while(|open| open.frame < frame || open.piece.is_none())
            .count();
        self.close_to(kept, sight);
        if let Some(call) = self.calls.pop() {
            self.at = call.from;
        }
    }

    /// Functions that an error ended.
    pub(super) fn leave_lost_frames(&mut self, stack: usize, sight: Sight<'_>) {
        while let Some(call) = self.calls.last().copied()
            && call.stack > stack
            && self.calls.len() > 1
        {
            self.close_frame(call.frame, sight);
        }
    }
}
