//! Connections through the link: both ends speak TCP with the link itself, which hands the bytes on in
//! segments as late as a real one would.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Shared;
use super::model::{Direction, Way};

/// Bytes of a segment.
const SEGMENT_BYTES: usize = 1_448;
/// Segments of a direction that may be on their way; no more are read meanwhile.
const FLYING_MAX: usize = 4_096;
/// Connections at a time; further ones are closed.
const CONNECTIONS_MAX: usize = 4_096;
/// Pause after a failed accept, so that the loop does not spin.
const FAILED_PAUSE: Duration = Duration::from_millis(50);

/// Serves until it is aborted.
pub(super) async fn serve(shared: Arc<Shared>, listener: TcpListener) {
    let mut open = JoinSet::new();
    loop {
        let Ok((near, _)) = listener.accept().await else {
            tokio::time::sleep(FAILED_PAUSE).await;
            continue;
        };
        while open.try_join_next().is_some() {}
        if open.len() < CONNECTIONS_MAX {
            open.spawn(carry(Arc::clone(&shared), near));
        }
    }
}

/// One connection, until one end closes it, it breaks, or all are hung up.
async fn carry(shared: Arc<Shared>, near: TcpStream) {
    let mut hang_up = shared.hang_up.subscribe();
    let carried = async {
        // Over a cut link nobody can be dialled either.
        shared.until_mended(Direction::Up).await;
        shared.until_mended(Direction::Down).await;
        let far = TcpStream::connect(shared.to).await?;
        near.set_nodelay(true)?;
        far.set_nodelay(true)?;
        let number = shared.next_flow();
        let way = |direction| {
            let settings = shared.settings(direction);
            (Way::new(settings, shared.seed, number, direction), direction)
        };
        let (near_read, near_write) = near.into_split();
        let (far_read, far_write) = far.into_split();
        let up = flow(&shared, way(Direction::Up), near_read, far_write);
        let down = flow(&shared, way(Direction::Down), far_read, near_write);
        tokio::try_join!(up, down)
    };
    tokio::select! {
        _ = carried => {}
        _ = hang_up.changed() => {}
    }
}

/// One direction until its end; an error ends the other direction, too.
async fn flow(
    shared: &Shared,
    (mut way, direction): (Way, Direction),
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
) -> io::Result<()> {
    let (flying, mut arrivals) = mpsc::channel::<(Duration, Vec<u8>)>(FLYING_MAX);
    let meters = shared.meters(direction);
    let read = async move {
        let mut bytes = vec![0; SEGMENT_BYTES];
        loop {
            let len = from.read(&mut bytes).await?;
            shared.until_mended(direction).await;
            let pause = way.pause(shared.now());
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            let (due, lost) = way.segment(shared.now(), len);
            meters.packets.fetch_add(1, Relaxed);
            meters.bytes.fetch_add(len as u64, Relaxed);
            meters.lost.fetch_add(u64::from(lost > 0), Relaxed);
            // No bytes: the end, which takes its time like all that came before it.
            if flying.send((due, bytes[..len].to_vec())).await.is_err() || len == 0 {
                return io::Result::Ok(());
            }
        }
    };
    let write = async {
        while let Some((due, bytes)) = arrivals.recv().await {
            tokio::time::sleep_until(shared.moment(due)).await;
            shared.until_mended(direction).await;
            if bytes.is_empty() {
                return to.shutdown().await;
            }
            to.write_all(&bytes).await?;
        }
        Ok(())
    };
    tokio::try_join!(read, write).map(|_| ())
}
