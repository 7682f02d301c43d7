//! Servers without a world, on the same runtime and transports: the floor of the measurements, and an echo
//! for the tests of the WebSocket.
//!
//! The floor reads what comes, throws it away, and sends everybody one prepared frame of 200 bytes 20 times
//! a second. What a client costs here, no server on this transport can undercut.

use std::time::Duration;

use bytes::Bytes;
use massless_core::units::TICK_MILLIS;
use massless_net::transport::socket::Socket;
use massless_net::wire::server_frame::id;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::shutdown;
use crate::wiring::GamePorts;

/// Bytes of the prepared frame.
pub(crate) const FRAME_BYTES: usize = 200;

/// Serves until `stop` turns true.
pub(crate) async fn serve(mut listener: GamePorts, mut stop: watch::Receiver<bool>) {
    let (beat, beats) = watch::channel(0_u64);
    let mut due = tokio::time::interval(Duration::from_millis(u64::from(TICK_MILLIS)));
    due.set_missed_tick_behavior(MissedTickBehavior::Skip);
    // Over UDP it goes by datagram, as a state does.
    let mut frame = vec![0x55; FRAME_BYTES];
    frame[0] = id::STATE;
    let frame = Bytes::from(frame);
    loop {
        tokio::select! {
            socket = listener.accept() => match socket {
                Some(socket) => {
                    tokio::spawn(attend(socket, frame.clone(), beats.clone()));
                }
                None => return,
            },
            _ = due.tick() => beat.send_modify(|beat| *beat += 1),
            () = shutdown::ordered(&mut stop) => return,
        }
    }
}

/// Sends back to everybody what comes from him, until `stop` turns true.
pub(crate) async fn echo(mut listener: GamePorts, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            socket = listener.accept() => match socket {
                Some(socket) => _ = tokio::spawn(socket.echo()),
                None => return,
            },
            () = shutdown::ordered(&mut stop) => return,
        }
    }
}

async fn attend(mut socket: Socket, frame: Bytes, mut beats: watch::Receiver<u64>) {
    loop {
        let is_open = tokio::select! {
            heard = socket.recv() => matches!(heard, Ok(Some(_))),
            beat = beats.changed() => beat.is_ok() && socket.send(frame.clone()).await.is_ok(),
        };
        if !is_open {
            return;
        }
    }
}
