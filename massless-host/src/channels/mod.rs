//! The channels of the zones: which run here, who has a seat in which, and which one a newcomer
//! gets.
//!
//! A channel is a zone of its own to the core, with its own thread, folder and log. Number 1 always
//! runs; further ones open when the others hold `open_channel_at` characters and close when they
//! have been empty for a minute. A seat is taken before the body is there and given back when it
//! is gone, so that nobody slips past `characters_max`. `opener` starts and stops the threads.

mod opener;
mod state;

pub(crate) use opener::{Ground, Opener, prepare};
pub(crate) use state::{Channels, Order, Rules};

use massless_core::ids::ZoneId;

/// One channel of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ChannelId {
    /// Which zone.
    pub(crate) zone: ZoneId,
    /// 1 is the channel that always runs.
    pub(crate) number: u32,
}

impl ChannelId {
    /// The channel of a zone that always runs.
    pub(crate) const fn first(zone: ZoneId) -> Self {
        Self { zone, number: 1 }
    }

    /// Its name in folders, threads and metrics: `1`, `1-c2`.
    pub(crate) fn label(self) -> String {
        match self.number {
            1 => self.zone.to_string(),
            number => format!("{}-c{number}", self.zone),
        }
    }

    /// The channel of that label.
    pub(crate) fn of_label(label: &str) -> Option<Self> {
        let (zone, number) = match label.split_once("-c") {
            None => (label, 1),
            Some((zone, number)) => (zone, number.parse().ok().filter(|&number| number > 1)?),
        };
        Some(Self { zone: ZoneId::new(zone.parse().ok()?), number })
    }
}

impl std::fmt::Display for ChannelId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.label())
    }
}
