//! A sender's task that sends messages one after the other.

use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::delivery::{ConnectError, Delivery, NotSent, Unknown};
use super::exchange::Exchange;
use super::going::{Exchanged, Going, Stage};
use super::line::Line;
use super::running::{Request, Running, control_id, is_cancelled, is_stopped};
use super::sender_event::{Parting, SenderNews};
use super::sender_settings::AfterFailure;

struct OneByOne {
    running: Running,
    line: Option<Line>,
}

/// What an idle sender hears.
enum Heard {
    Request(Option<Request>),
    Stop,
    Parting(Parting),
}

/// Sends what comes until nothing more may come, or until it is stopped.
pub(super) async fn serve(running: Running, requests: mpsc::Receiver<Request>) {
    let line = None;
    OneByOne { running, line }.serve(requests).await;
}

impl OneByOne {
    async fn serve(mut self, mut requests: mpsc::Receiver<Request>) {
        loop {
            let mut stopped = self.running.stopped.clone();
            let heard = tokio::select! {
                biased;
                () = is_stopped(&mut stopped) => Heard::Stop,
                request = requests.recv() => Heard::Request(request),
                parting = self.rest() => Heard::Parting(parting),
            };
            match heard {
                Heard::Request(Some(request)) => self.handle(request).await,
                Heard::Request(None) => {
                    self.part(Parting::Done).await;
                    break;
                }
                Heard::Stop => {
                    self.part(Parting::Stopped).await;
                    break;
                }
                Heard::Parting(parting) => self.part(parting).await,
            }
        }
        requests.close();
        while let Ok(request) = requests.try_recv() {
            self.running.number += 1;
            let (number, delivery) = (self.running.number, Delivery::NotSent(NotSent::Cancelled));
            self.running
                .over(&request, number, delivery, (0, Duration::ZERO));
        }
        self.running.tell(SenderNews::Stopped);
    }

    /// Looks after a connection on which nothing is under way.
    async fn rest(&mut self) -> Parting {
        let tell = self.running.teller();
        match &mut self.line {
            Some(line) => line.rest(&self.running.memory, &tell).await,
            None => std::future::pending().await,
        }
    }

    async fn handle(&mut self, mut request: Request) {
        self.running.number += 1;
        let number = self.running.number;
        let since = Instant::now();
        let mut attempts = 0;
        let stops = self.running.settings.after_failure == AfterFailure::Stop;
        let delivery = if self.running.has_failed && stops {
            Delivery::NotSent(NotSent::Stopped)
        } else {
            self.running.memory.stage = Stage::NotSent;
            let mut stopped = self.running.stopped.clone();
            let delivery = tokio::select! {
                biased;
                () = is_stopped(&mut stopped) => None,
                () = is_cancelled(&mut request.cancel) => None,
                delivery = self.deliver(&request.content, &mut attempts) => Some(delivery),
            };
            match delivery {
                Some(delivery) => delivery,
                None => self.break_off(&request.content).await,
            }
        };
        self.running
            .over(&request, number, delivery, (attempts, since.elapsed()));
        if !self.running.settings.is_persistent {
            self.part(Parting::Done).await;
        }
    }

    /// The message was called back: how far it was says what is known.
    async fn break_off(&mut self, content: &Bytes) -> Delivery {
        self.part(Parting::Stopped).await;
        self.running.memory.remember(&control_id(content).0);
        match self.running.memory.stage {
            Stage::NotSent => Delivery::NotSent(NotSent::Cancelled),
            Stage::Sent => Delivery::Unknown(Unknown::Cancelled),
        }
    }

    /// Sends a message, and again as the settings say.
    async fn deliver(&mut self, content: &Bytes, attempts: &mut u32) -> Delivery {
        let mut going = match self.running.going(self.running.number, content) {
            Ok(going) => going,
            Err(why) => return Delivery::NotSent(why),
        };
        loop {
            *attempts += 1;
            going.attempt = *attempts;
            let delivery = self.attempt(&going).await;
            let resend = self.running.settings.resend;
            if *attempts > resend.times || !self.running.goes_again(&delivery) {
                return delivery;
            }
            let (number, pause) = (going.number, resend.pause);
            self.running.tell(SenderNews::Resending {
                number,
                pause,
                because: delivery,
            });
            tokio::time::sleep(pause).await;
        }
    }

    async fn attempt(&mut self, going: &Going) -> Delivery {
        // A connection that turns out to be gone before a byte went out is made anew, once.
        for _ in 0..2 {
            if let Err(why) = self.connected().await {
                return Delivery::NotSent(why);
            }
            let Some(line) = &mut self.line else {
                return Delivery::NotSent(NotSent::Cancelled);
            };
            let tell = self.running.teller();
            let Running {
                settings, memory, ..
            } = &mut self.running;
            let exchange = Exchange::new(going, settings, memory, &tell);
            let Some(Exchanged { delivery, parting }) = line.exchange(exchange).await else {
                self.part(Parting::Peer).await;
                continue;
            };
            if let Some(parting) = parting {
                self.part(parting).await;
            }
            return delivery;
        }
        Delivery::NotSent(NotSent::Broken {
            written: 0,
            of: going.framed.len(),
            why: String::from("the peer closed before a byte was written"),
        })
    }

    /// Sees to it that there is a connection on which nothing old can be taken for an answer.
    async fn connected(&mut self) -> Result<(), NotSent> {
        if let Some(line) = &mut self.line {
            let tell = self.running.teller();
            match line.check(&self.running.memory, &tell).await {
                Ok(()) => return Ok(()),
                Err(parting) => self.part(parting).await,
            }
        }
        let made = self.running.connect().await?;
        let settings = &self.running.settings;
        let line = Line::open(made.stream, settings, made.is_deaf).await;
        self.line = Some(line.map_err(|why| {
            let target = settings.target.to_string();
            NotSent::Connect(ConnectError::Unreachable { target, why })
        })?);
        Ok(())
    }

    async fn part(&mut self, why: Parting) {
        self.running.parted(why);
        if let Some(line) = self.line.take() {
            line.close().await;
        }
    }
}
