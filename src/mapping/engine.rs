//! The sandboxed Rhai engine: which parts of the language there are, and its limits.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::OnceLock;

use rhai::OptimizationLevel;
use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage,
    BasicMathPackage, BasicStringPackage, LogicPackage, MoreStringPackage, Package,
};

use super::functions::FUNCTIONS;
use super::running;
use super::trace;

/// How much a script may use before it is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps that Rhai counts: statements, expressions, calls.
    pub operations: u64,
    /// Time that one message may take, in milliseconds.
    pub time_ms: u64,
    /// How deep functions may call each other.
    pub call_depth: usize,
    /// How deep expressions may nest.
    pub expression_depth: usize,
    /// Bytes of one text, and of all texts in one array.
    pub text_bytes: usize,
    /// Elements of one array or map, with those of the arrays and maps in it.
    pub elements: usize,
    /// Variables that live at one time.
    pub variables: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            operations: 5_000_000,
            time_ms: 2_000,
            call_depth: 64,
            expression_depth: 64,
            // A document of 6 MB in base64; out.copy takes longer ones along, as it does not read them.
            text_bytes: 8 << 20,
            elements: 100_000,
            variables: 256,
        }
    }
}

/// The script engine: built once, shared by all threads.
///
/// A script sees no file, no socket, no clock and no `eval`; what it can use is bounded by [`Limits`].
pub struct Engine {
    rhai: rhai::Engine,
    /// The same with the debugger, which costs time; made when something is first recorded.
    recording: OnceLock<rhai::Engine>,
    limits: Limits,
    known: OnceLock<Known>,
}

/// The functions that a script can call, by name.
pub(super) struct Known {
    arities: BTreeMap<String, BTreeSet<usize>>,
}

impl Engine {
    /// An engine with the usual limits.
    pub fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    /// An engine with limits of one's own.
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            rhai: Self::build(&limits),
            recording: OnceLock::new(),
            limits,
            known: OnceLock::new(),
        }
    }

    fn build(limits: &Limits) -> rhai::Engine {
        // `new_raw` brings no module resolver: nothing can be imported from disk. The core package,
        // which can sleep, and the time package are left out.
        let mut rhai = rhai::Engine::new_raw();
        let mut language = rhai::Module::new();
        ArithmeticPackage::init(&mut language);
        LogicPackage::init(&mut language);
        BasicIteratorPackage::init(&mut language);
        BasicFnPackage::init(&mut language);
        BasicMathPackage::init(&mut language);
        BasicStringPackage::init(&mut language);
        MoreStringPackage::init(&mut language);
        BasicArrayPackage::init(&mut language);
        BasicMapPackage::init(&mut language);
        // Without this each first call of a run would search all manifests: a millisecond a message.
        language.register_lazy_functions();
        language.build_index();
        // One module is searched faster than nine.
        rhai.register_global_module(language.into());
        for function in FUNCTIONS {
            (function.register)(&mut rhai);
        }
        rhai.set_max_operations(limits.operations)
            .set_max_call_levels(limits.call_depth)
            .set_max_expr_depths(limits.expression_depth, limits.expression_depth / 2)
            .set_max_string_size(limits.text_bytes)
            .set_max_array_size(limits.elements)
            .set_max_map_size(limits.elements)
            .set_max_variables(limits.variables)
            .set_max_functions(200)
            .set_max_modules(0);
        rhai.disable_symbol("eval");
        rhai.disable_symbol("import");
        rhai.disable_symbol("export");
        rhai.set_strict_variables(true);
        rhai.set_fail_on_invalid_map_property(true);
        // Programs are optimised once they have been checked: that needs every string where it stands.
        rhai.set_optimization_level(OptimizationLevel::None);
        rhai.on_progress(running::progress);
        rhai
    }

    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(super) fn rhai(&self) -> &rhai::Engine {
        &self.rhai
    }

    /// The engine that tells a recorder of each step.
    pub(super) fn recording(&self) -> &rhai::Engine {
        self.recording.get_or_init(|| {
            let mut rhai = Self::build(&self.limits);
            trace::watch(&mut rhai);
            rhai
        })
    }

    /// Every function that can be called; found on first use, as it takes a millisecond.
    pub(super) fn known(&self) -> &Known {
        self.known.get_or_init(|| Known::of(&self.rhai))
    }
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Known {
    fn of(rhai: &rhai::Engine) -> Self {
        let mut arities: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        let functions = rhai.collect_fn_metadata(
            None,
            |function| {
                Some((
                    function.metadata.name.to_string(),
                    function.metadata.num_params,
                ))
            },
            true,
        );
        for (name, count) in functions {
            arities.entry(name).or_default().insert(count);
        }
        // These are part of the language itself.
        for (name, count) in [
            ("type_of", 1),
            ("is_shared", 1),
            ("is_def_var", 1),
            ("is_def_fn", 2),
            ("Fn", 1),
            ("print", 1),
            ("debug", 1),
        ] {
            arities.entry(name.to_owned()).or_default().insert(count);
        }
        for variadic in ["call", "curry"] {
            arities
                .entry(variadic.to_owned())
                .or_default()
                .extend(1..=20);
        }
        Self { arities }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.arities.contains_key(name)
    }

    pub(super) fn takes(&self, name: &str, count: usize) -> bool {
        self.arities
            .get(name)
            .is_some_and(|counts| counts.contains(&count))
    }

    /// The names that a person may write, operators and accessors left out.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.arities.keys().map(String::as_str).filter(|name| {
            name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.contains('$')
        })
    }

    /// How a function is used, as far as we can say.
    pub(super) fn usage(&self, name: &str) -> String {
        let ours: Vec<&str> = FUNCTIONS
            .iter()
            .filter(|function| function.name == name)
            .map(|function| function.signature)
            .collect();
        if !ours.is_empty() {
            return format!("write {}", ours.join(" or "));
        }
        let counts: Vec<String> = self
            .arities
            .get(name)
            .into_iter()
            .flatten()
            .map(usize::to_string)
            .collect();
        format!(
            "{name} takes {} values, the one before the dot counted",
            counts.join(" or ")
        )
    }
}
