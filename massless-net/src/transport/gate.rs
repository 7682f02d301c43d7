//! How many connections may stand, in all and from one address.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Caps on connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateSettings {
    /// Connections in all.
    pub connections_max: u32,
    /// Connections from one address (IPv6: from one /64).
    pub per_address_max: u32,
}

/// Counts connections.
#[derive(Clone, Debug)]
pub struct Gate {
    settings: GateSettings,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Debug, Default)]
struct Counts {
    all: u32,
    refused: Refused,
    by_address: BTreeMap<u128, u32>,
}

/// Connections that were turned away so far, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// As many connections stood as there may be.
    pub full: u64,
    /// As many stood as there may be from that address.
    pub address: u64,
}

/// One connection that is let in, for as long as this lives.
#[derive(Debug)]
pub struct Permit {
    key: u128,
    counts: Arc<Mutex<Counts>>,
}

/// Why a connection is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// As many connections as there may be.
    Full,
    /// As many as there may be from this address.
    Address,
}

impl Gate {
    /// Nobody is in.
    #[must_use]
    pub fn new(settings: GateSettings) -> Self {
        Self { settings, counts: Arc::default() }
    }

    /// Lets a connection in, or says why not.
    pub fn try_admit(&self, address: IpAddr) -> Result<Permit, Refusal> {
        let key = key_of(address);
        let mut counts = lock(&self.counts);
        if counts.all >= self.settings.connections_max {
            counts.refused.full += 1;
            return Err(Refusal::Full);
        }
        let there = counts.by_address.get(&key).copied().unwrap_or(0);
        if there >= self.settings.per_address_max {
            counts.refused.address += 1;
            return Err(Refusal::Address);
        }
        counts.all += 1;
        counts.by_address.insert(key, there + 1);
        Ok(Permit { key, counts: self.counts.clone() })
    }

    /// The caps.
    #[must_use]
    pub const fn settings(&self) -> GateSettings {
        self.settings
    }

    /// Connections that are in from one address.
    #[must_use]
    pub fn count_of(&self, address: IpAddr) -> u32 {
        lock(&self.counts).by_address.get(&key_of(address)).copied().unwrap_or(0)
    }

    /// Connections that are in.
    #[must_use]
    pub fn count(&self) -> u32 {
        lock(&self.counts).all
    }

    /// Connections that were turned away.
    #[must_use]
    pub fn refused(&self) -> Refused {
        lock(&self.counts).refused
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut counts = lock(&self.counts);
        counts.all = counts.all.saturating_sub(1);
        if let Some(count) = counts.by_address.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                counts.by_address.remove(&self.key);
            }
        }
    }
}

/// Counting goes on whoever panicked: the numbers are whole between any two statements.
fn lock(counts: &Mutex<Counts>) -> MutexGuard<'_, Counts> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

fn key_of(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits() >> 64 << 64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_hold_and_permits_come_back() {
        let gate = Gate::new(GateSettings { connections_max: 3, per_address_max: 2 });
        let one: IpAddr = "10.0.0.1".parse().unwrap();
        let mapped: IpAddr = "::ffff:10.0.0.1".parse().unwrap();
        let first = gate.try_admit(one).unwrap();
        let _second = gate.try_admit(mapped).unwrap();
        assert_eq!(gate.try_admit(one).unwrap_err(), Refusal::Address);
        let _other = gate.try_admit("2001:db8::1".parse().unwrap()).unwrap();
        assert_eq!(gate.try_admit("2001:db8::2".parse().unwrap()).unwrap_err(), Refusal::Full);
        assert_eq!(gate.refused(), Refused { full: 1, address: 1 });
        drop(first);
        assert_eq!(gate.count(), 2);
        assert!(gate.try_admit(one).is_ok());
    }
}
