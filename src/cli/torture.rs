//! `torture`: the cases that listeners and senders meet in the field, played against somebody's.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::args_wire::Torture;
use super::failure::{Failure, Finish};
use super::input::{each_source, samples};
use super::report::{Report, note};
use super::stop;
use super::torture_report::Reporter;
use crate::cancel::Cancel;
use crate::net::{
    ListenAddress, ListenerSettings, SenderSettings, Target, TortureSettings, Wire,
    sender_torture_cases, torture_cases,
};

/// What is sent where nobody names a message.
const ADMIT: &[u8] = b"MSH|^~\\&|PIPEHAT|TEST|||20260301120000||ADT^A01^ADT_A01|1|P|2.5.1\r\
EVN|A01|20260301120000\rPID|1||4711^^^TEST^MR||Test^Maria||19700102|F\rPV1|1|I\r";

/// For an answer of a listener.
const ANSWER: Duration = Duration::from_secs(5);

/// For a message of a sender, and for what it does next.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often Ctrl-C is looked for while a sender is waited for.
const ASKED: Duration = Duration::from_millis(50);

/// Runs the command.
pub(super) fn run(arguments: &Torture) -> Result<Finish, Failure> {
    if arguments.cases {
        return list();
    }
    let cancel = stop::on_signal();
    check_cases(arguments)?;
    let wire = Wire::start().map_err(Failure::Threads)?;
    let reporter = match (&arguments.target, arguments.listen) {
        (Some(target), _) => listener(arguments, target, &wire, &cancel)?,
        (None, Some(address)) => sender(arguments, address, &wire, &cancel)?,
        (None, None) => unreachable!("one of them is asked for"),
    };
    let finish = reporter.finish()?;
    if cancel.is_stale() {
        return Err(Failure::Stopped);
    }
    Ok(finish)
}

fn list() -> Result<Finish, Failure> {
    let mut output = super::output::Output::open(None)?;
    for (id, title) in torture_cases().chain(sender_torture_cases()) {
        output.put(format!("{id:<4}{title}\n").as_bytes())?;
    }
    output.finish()?;
    Ok(Finish::Clean)
}

/// A case that is not there would be played by nobody, and nobody would notice.
fn check_cases(arguments: &Torture) -> Result<(), Failure> {
    let known: Vec<&str> = if arguments.listen.is_some() {
        sender_torture_cases().map(|(id, _)| id).collect()
    } else {
        torture_cases().map(|(id, _)| id).collect()
    };
    for id in &arguments.only {
        if !known.iter().any(|known| known.eq_ignore_ascii_case(id)) {
            return Err(Failure::Argument(format!(
                "--case {id}: there is none of that name here. There are {}.",
                known.join(", ")
            )));
        }
    }
    Ok(())
}

fn listener(
    arguments: &Torture,
    target: &Target,
    wire: &Wire,
    cancel: &Cancel,
) -> Result<Reporter, Failure> {
    let mut sender = SenderSettings::to(target.clone());
    sender.marks = arguments.framing.marks().map_err(Failure::Argument)?;
    sender.ack_timeout = arguments.timeout.unwrap_or(ANSWER);
    sender.application_timeout = sender.ack_timeout;
    let settings = TortureSettings {
        only: arguments.only.clone(),
        most_bytes: arguments.max_size,
        ..TortureSettings::new(sender, message(arguments, cancel)?)
    };
    let mut reporter = Reporter::new(arguments, format!("the listener at {target}"))?;
    let (told, reports) = channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            wire.torture_listener(&settings, cancel, &|report| {
                // Nobody asks any more once the command has ended.
                drop(told.send(report));
            });
        });
        for report in reports {
            reporter.take(&report);
        }
    });
    Ok(reporter)
}

/// The first message of the file that is named.
fn message(arguments: &Torture, cancel: &Cancel) -> Result<Vec<u8>, Failure> {
    let Some(path) = &arguments.message else {
        return Ok(ADMIT.to_vec());
    };
    let mut first = None;
    let report = Report::new(false);
    each_source(std::slice::from_ref(path), &report, cancel, |source| {
        let sample = samples(source).next();
        first = first
            .take()
            .or(sample.map(|sample| sample.bytes().to_vec()));
        Ok(())
    })?;
    report.close();
    first.ok_or_else(|| {
        Failure::Argument(format!("--message {}: it holds no message", path.display()))
    })
}

fn sender(
    arguments: &Torture,
    address: ListenAddress,
    wire: &Wire,
    cancel: &Cancel,
) -> Result<Reporter, Failure> {
    let settings = ListenerSettings {
        address: address.socket(),
        marks: arguments.framing.marks().map_err(Failure::Argument)?,
        ..ListenerSettings::default()
    };
    let patience = arguments.timeout.unwrap_or(PATIENCE);
    let (mut torture, stop) = wire.torture_sender(settings, patience)?;
    note(format_args!("listens on {}", torture.address()));
    let mut reporter = Reporter::new(arguments, "the sender".to_owned())?;
    std::thread::scope(|scope| {
        let cancel = cancel.clone();
        let (over, is_over) = channel::<()>();
        scope.spawn(move || {
            while is_over.recv_timeout(ASKED) == Err(RecvTimeoutError::Timeout) {
                if cancel.is_stale() {
                    return stop.stop();
                }
            }
        });
        torture.play(&arguments.only, &mut |report| reporter.take(&report));
        drop(over);
    });
    Ok(reporter)
}
