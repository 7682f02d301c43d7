//! The thread that holds the subscription and passes on what other hosts publish.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use redis::{Client, RedisResult};

use super::Inner;
use super::link;
use crate::shared::Topic;
use crate::shared::keys::{PREFIX, SUBSCRIPTION_SILENCE};

/// Bytes before every published message: who published it.
pub(super) const ORIGIN_BYTES: usize = 16;

/// Pauses before dialling anew, growing.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(3),
];

/// Listens as long as the owner lives.
pub(super) fn run(client: &Client, owner: &Weak<Inner>) {
    let mut failures = 0;
    while owner.strong_count() > 0 {
        // What was said while nobody listened is lost, by contract.
        if let Ok(heard) = listen(client, owner) {
            failures = if heard > 0 { 0 } else { failures };
        }
        if let Some(owner) = owner.upgrade() {
            owner.is_subscribed.store(false, Ordering::Release);
        }
        std::thread::sleep(PAUSES[failures.min(PAUSES.len() - 1)]);
        failures += 1;
    }
}

/// Passes on until the connection breaks or the owner is gone; how many messages came.
fn listen(client: &Client, owner: &Weak<Inner>) -> RedisResult<u64> {
    let mut connection = link::connect(client)?;
    let mut subscription = connection.as_pubsub();
    subscription.psubscribe(format!("{PREFIX}say:*"))?;
    subscription.set_read_timeout(Some(SUBSCRIPTION_SILENCE))?;
    if let Some(owner) = owner.upgrade() {
        owner.is_subscribed.store(true, Ordering::Release);
    }
    let mut heard = 0;
    loop {
        let message = subscription.get_message();
        let Some(owner) = owner.upgrade() else { return Ok(heard) };
        match message {
            Ok(message) => {
                heard += 1;
                pass_on(&owner, message.get_channel_name(), message.get_payload_bytes());
            }
            // Silence: a server that still lives says so.
            Err(error) if error.is_timeout() => subscription.ping::<()>()?,
            Err(error) => return if heard > 0 { Ok(heard) } else { Err(error) },
        }
    }
}

fn pass_on(owner: &Arc<Inner>, channel: &str, message: &[u8]) {
    let Some(topic) = Topic::of_channel(channel) else { return };
    let Some((origin, payload)) = message.split_first_chunk::<ORIGIN_BYTES>() else { return };
    if *origin != owner.origin {
        owner.twin.tell(topic, payload);
    }
}
