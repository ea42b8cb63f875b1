//! An open connection of a sender, by whatever layer it speaks.

use super::exchange::{Exchange, Teller};
use super::going::{Exchanged, Memory};
use super::http_link::HttpLink;
use super::layer::Layer;
use super::link::Link;
use super::sender_event::Parting;
use super::sender_settings::SenderSettings;
use super::stream::Stream;

/// An open connection to a peer.
pub(super) enum Line {
    Framed(Box<Link>),
    Http(Box<HttpLink>),
}

impl Line {
    /// Speaks the layer of the settings on a connection; why it cannot.
    pub(super) async fn open(
        stream: Stream,
        settings: &SenderSettings,
        is_deaf: bool,
    ) -> Result<Self, String> {
        Ok(match &settings.layer {
            Layer::Mllp | Layer::MllpRelease2 | Layer::Hllp(_) => {
                Line::Framed(Box::new(Link::new(stream, settings, is_deaf)))
            }
            Layer::Http(http) => Line::Http(Box::new(HttpLink::new(stream, http, is_deaf).await?)),
        })
    }

    /// Waits while nothing is under way; returns why the connection ends.
    pub(super) async fn rest(&mut self, memory: &Memory, tell: Teller<'_>) -> Parting {
        match self {
            Line::Framed(link) => link.rest(memory, tell).await,
            Line::Http(link) => link.rest(tell).await,
        }
    }

    /// Whether the connection can carry a message.
    pub(super) async fn check(&mut self, memory: &Memory, tell: Teller<'_>) -> Result<(), Parting> {
        match self {
            Line::Framed(link) => link.check(memory, tell).await,
            Line::Http(link) => link.check(tell).await,
        }
    }

    /// Sends a message and waits for what answers it; none where the connection was gone before a byte of it
    /// went out.
    pub(super) async fn exchange(&mut self, of: Exchange<'_>) -> Option<Exchanged> {
        match self {
            Line::Framed(link) => Some(link.exchange(of).await),
            Line::Http(link) => link.exchange(of).await,
        }
    }

    /// Ends our sending, so that the peer sees an end and no break.
    pub(super) async fn close(self) {
        match self {
            Line::Framed(link) => link.close().await,
            Line::Http(link) => link.close().await,
        }
    }
}
