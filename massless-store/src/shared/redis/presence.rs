//! Who plays where, in Redis: written by the host of each, forgotten by itself.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use redis::Pipeline;
use serde::{Deserialize, Serialize};

use super::Inner;
use crate::shared::keys::{self, PRESENCE_MILLIS};
use crate::shared::{Online, Population, Shared as _, UnixMillis};

/// Whom this process last said to be here, so that who is missing can be taken back at once.
#[derive(Default)]
pub(super) struct Said(Mutex<BTreeMap<u64, Online>>);

impl Said {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Online>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A value and the moment until which it holds: Redis's own clock is not the caller's.
#[derive(Serialize, Deserialize)]
struct Until<T> {
    until: UnixMillis,
    value: T,
}

impl Inner {
    pub(super) fn say_presence(
        &self,
        now: UnixMillis,
        host: &str,
        people: &[Online],
        zones: &[Population],
    ) {
        let until = now.plus(PRESENCE_MILLIS);
        let mut said = self.said.lock();
        let fresh: BTreeMap<u64, Online> =
            people.iter().map(|who| (who.character, who.clone())).collect();
        let gone: Vec<Online> =
            said.values().filter(|who| !fresh.contains_key(&who.character)).cloned().collect();
        *said = fresh;
        drop(said);
        self.take_back(&gone);
        let zones = serde_json::to_vec(&Until { until, value: zones }).unwrap_or_default();
        self.link.ask(|to| {
            let mut lines = redis::pipe();
            for who in people {
                add_person(&mut lines, until, who);
            }
            set(&mut lines, &keys::zones(host), &zones);
            let hosts = keys::hosts();
            let stale = now.get().saturating_sub(PRESENCE_MILLIS);
            lines.cmd("ZADD").arg(&hosts).arg(now.get()).arg(host).ignore();
            lines.cmd("ZREMRANGEBYSCORE").arg(&hosts).arg("-inf").arg(stale).ignore();
            lines.cmd("PEXPIRE").arg(&hosts).arg(PRESENCE_MILLIS).ignore();
            lines.exec(to)
        });
    }

    pub(super) fn say_came(&self, now: UnixMillis, who: &Online) {
        self.said.lock().insert(who.character, who.clone());
        self.link.ask(|to| {
            let mut lines = redis::pipe();
            add_person(&mut lines, now.plus(PRESENCE_MILLIS), who);
            lines.exec(to)
        });
    }

    pub(super) fn say_went(&self, host: &str, character: u64) {
        let who = {
            let mut said = self.said.lock();
            let is_ours = said.get(&character).is_some_and(|who| who.host == host);
            if is_ours { said.remove(&character) } else { None }
        };
        self.take_back(who.as_slice());
    }

    /// Takes back what this process said of people, unless another host has said more since.
    fn take_back(&self, gone: &[Online]) {
        for who in gone {
            let Some(told) = self.who(UnixMillis::new(0), who.character) else { continue };
            if told.host != who.host {
                continue;
            }
            self.link.ask(|to| {
                let mut lines = redis::pipe();
                lines.cmd("DEL").arg(keys::online(who.character)).ignore();
                lines.exec(to)
            });
        }
    }

    /// The character that a name's or an account's key points to.
    pub(super) fn who_by(&self, now: UnixMillis, key: &str) -> Option<Online> {
        let asked = self.link.ask(|to| redis::cmd("GET").arg(key).query::<Option<u64>>(to));
        self.who(now, asked.flatten()?)
    }

    pub(super) fn who_all(&self, now: UnixMillis, characters: &[u64]) -> Vec<Option<Online>> {
        let keys: Vec<String> = characters.iter().map(|id| keys::online(*id)).collect();
        let asked = if keys.is_empty() {
            None
        } else {
            self.link.ask(|to| redis::cmd("MGET").arg(&keys).query::<Vec<Option<Vec<u8>>>>(to))
        };
        let mut told = asked.unwrap_or_default();
        told.resize(characters.len(), None);
        told.into_iter().map(|value| read(now, &value?)).collect()
    }

    pub(super) fn populations(&self, now: UnixMillis) -> Vec<Population> {
        let mut all = self.twin.populations(now);
        let asked = self.link.ask(|to| {
            let since = now.get().saturating_sub(PRESENCE_MILLIS);
            let range =
                redis::cmd("ZRANGEBYSCORE").arg(keys::hosts()).arg(since).arg("+inf").query(to);
            let hosts: Vec<String> = range?;
            if hosts.is_empty() {
                return Ok(Vec::new());
            }
            let keys: Vec<String> = hosts.iter().map(|host| keys::zones(host)).collect();
            redis::cmd("MGET").arg(keys).query::<Vec<Option<Vec<u8>>>>(to)
        });
        for told in asked.into_iter().flatten().flatten() {
            let zones: Vec<Population> = read(now, &told).unwrap_or_default();
            let is_own = |zone: &Population| all.iter().any(|own| own.host == zone.host);
            let others: Vec<Population> = zones.into_iter().filter(|zone| !is_own(zone)).collect();
            all.extend(others);
        }
        all.sort();
        all
    }

    fn who(&self, now: UnixMillis, character: u64) -> Option<Online> {
        let key = keys::online(character);
        let asked = self.link.ask(|to| redis::cmd("GET").arg(&key).query::<Option<Vec<u8>>>(to));
        read(now, &asked.flatten()?)
    }
}

fn read<T: for<'a> Deserialize<'a>>(now: UnixMillis, told: &[u8]) -> Option<T> {
    let told: Until<T> = serde_json::from_slice(told).ok()?;
    (told.until > now).then_some(told.value)
}

fn add_person(lines: &mut Pipeline, until: UnixMillis, who: &Online) {
    let value = serde_json::to_vec(&Until { until, value: who }).unwrap_or_default();
    set(lines, &keys::online(who.character), &value);
    set(lines, &keys::name(&who.folded), who.character.to_string().as_bytes());
    set(lines, &keys::session(who.account), who.character.to_string().as_bytes());
}

fn set(lines: &mut Pipeline, key: &str, value: &[u8]) {
    lines.cmd("SET").arg(key).arg(value).arg("PX").arg(PRESENCE_MILLIS).ignore();
}
