//! A connection to a peer, or why there is none.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;

use super::delivery::ConnectError;
use super::listener::prepare;
use super::sender_settings::{SenderSettings, Target};
use super::stream::Stream;
use super::tls::{TlsClient, server_name, told as tls_told};
use super::words::Span;

/// Finds the address, connects and agrees on TLS, all within the time.
pub(super) async fn connect(
    settings: &SenderSettings,
) -> Result<(Stream, SocketAddr), ConnectError> {
    let (target, within) = (&settings.target, settings.connect_timeout);
    let deadline = Instant::now() + within;
    let (socket, peer) = connect_plain(target, within, deadline).await?;
    prepare(&socket, settings.keep_alive);
    let Some(client) = &settings.tls else {
        return Ok((Stream::plain(socket), peer));
    };
    match timeout_at(deadline, agree(client, target, socket)).await {
        Ok(Ok(stream)) => Ok((stream, peer)),
        Ok(Err(why)) => Err(ConnectError::Tls(why)),
        Err(_) => Err(ConnectError::Tls(format!(
            "{target} did not finish the TLS handshake within {}: perhaps it does not speak TLS",
            Span(within)
        ))),
    }
}

async fn connect_plain(
    target: &Target,
    within: Duration,
    deadline: Instant,
) -> Result<(TcpStream, SocketAddr), ConnectError> {
    let timed_out = || ConnectError::TimedOut {
        target: target.to_string(),
        after: within,
    };
    let unresolved = |why: String| ConnectError::Unresolved {
        host: target.host.clone(),
        why,
    };
    let found = timeout_at(deadline, lookup_host((target.host.as_str(), target.port))).await;
    let addresses: Vec<SocketAddr> = match found {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => return Err(unresolved(error.to_string())),
        Err(_) => return Err(unresolved(String::from("no name server answered in time"))),
    };
    let mut last = unresolved(String::from("it has no address"));
    for address in addresses {
        match timeout_at(deadline, TcpStream::connect(address)).await {
            Ok(Ok(socket)) => return Ok((socket, address)),
            Ok(Err(error)) => last = told(address, &error, within),
            Err(_) => return Err(timed_out()),
        }
    }
    Err(last)
}

/// With TLS 1.3 a client is connected before the server has looked at its certificate; where one was asked
/// for, a refusal is waited for so long, so that no message goes out to be lost.
const REFUSAL: Duration = Duration::from_millis(300);

async fn agree(client: &TlsClient, target: &Target, socket: TcpStream) -> Result<Stream, String> {
    let name = client.name.as_deref().unwrap_or(&target.host);
    let name = server_name(name).map_err(|error| error.to_string())?;
    let peer = target.to_string();
    let connector = TlsConnector::from(Arc::clone(&client.config));
    let mut stream = match connector.connect(name, socket).await {
        Ok(stream) => stream,
        Err(error) => return Err(tls_told(&error, &peer)),
    };
    if client.asked.load(Ordering::Relaxed) {
        // Nothing is read here but a refusal: a peer that speaks first is no receiver of messages.
        match timeout(REFUSAL, stream.read(&mut [0; 1])).await {
            Ok(Err(error)) => return Err(tls_told(&error, &peer)),
            Ok(Ok(0)) => return Err(format!("{peer} closed after the TLS handshake")),
            Ok(Ok(_)) => return Err(format!("{peer} sends bytes before it was sent any")),
            Err(_) => {}
        }
    }
    Ok(Stream::tls(stream))
}

fn told(address: SocketAddr, error: &io::Error, within: Duration) -> ConnectError {
    let target = address.to_string();
    match error.kind() {
        io::ErrorKind::ConnectionRefused => ConnectError::Refused(target),
        io::ErrorKind::TimedOut => ConnectError::TimedOut {
            target,
            after: within,
        },
        _ => ConnectError::Unreachable {
            target,
            why: error.to_string(),
        },
    }
}
