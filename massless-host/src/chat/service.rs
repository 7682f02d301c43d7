//! The thread of talk: takes lines from the zones, tells them to all hosts, and hands out here what
//! any host tells. It may wait for Redis and the database; nobody waits for it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use massless_core::ids::{FactionId, PlayerId, ZoneId};
use massless_net::session::close::Notice;
use massless_net::session::name::fold_name;
use massless_net::wire::ServerFrame;
use massless_store::Store;
use massless_store::repo::{bans, friends};
use massless_store::shared::{self, Shared, Topic, UnixMillis};

use super::order::{Announcement, Line, Order, to_bytes};
use super::{Channel, room_of};
use crate::clock;
use crate::limits::TALK_WAITING_MAX;
use crate::registry::{Reach, Registry, Speaker};

/// A line that has been judged.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    /// Who says it.
    pub(crate) player: PlayerId,
    /// Where.
    pub(crate) channel: Channel,
    /// Whom a whisper is for.
    pub(crate) to: String,
    /// What.
    pub(crate) text: String,
}

enum Job {
    Say(Said),
    Announce(String),
    Warn(String),
    Heard(Topic, Vec<u8>),
    Came(PlayerId),
    Stop,
}

/// The way to the thread of talk; never waits.
#[derive(Clone, Debug)]
pub(crate) struct Talk(SyncSender<Job>);

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Job(..)")
    }
}

impl Talk {
    /// Says a line to whom it concerns, on all hosts.
    pub(crate) fn say(&self, said: Said) {
        self.put(Job::Say(said));
    }

    /// Says something to everybody.
    pub(crate) fn announce(&self, text: String) {
        self.put(Job::Announce(text));
    }

    /// Says something to everybody on this host alone; who comes later does not read it.
    pub(crate) fn warn(&self, text: String) {
        self.put(Job::Warn(text));
    }

    /// Tells all hosts that a player is here, and looks up whom it does not want to hear.
    pub(crate) fn came(&self, player: PlayerId) {
        self.put(Job::Came(player));
    }

    /// Ends the thread.
    pub(crate) fn stop(&self) {
        let _ = self.0.send(Job::Stop);
    }

    fn put(&self, job: Job) {
        if self.0.try_send(job).is_err() {
            metrics::counter!("massless_shed_total", "stage" => "talk").increment(1);
        }
    }
}

/// What the thread needs.
pub(crate) struct TalkParts {
    /// Who plays here.
    pub(crate) registry: Arc<Registry>,
    /// The way to other hosts.
    pub(crate) shared: Arc<dyn Shared>,
    /// Where lists of blocks are; the reference scenes have none.
    pub(crate) store: Option<Store>,
    /// This host's name among those that share.
    pub(crate) host: String,
    /// Who speaks when the operators do.
    pub(crate) server_name: String,
}

/// Starts the thread and listens to what all hosts tell.
pub(crate) fn spawn(parts: TalkParts) -> std::io::Result<(Talk, JoinHandle<()>)> {
    let (sender, jobs) = sync_channel(TALK_WAITING_MAX);
    let talk = Talk(sender);
    let ear = talk.clone();
    parts.shared.listen(Arc::new(move |topic, payload| {
        ear.put(Job::Heard(topic, payload.to_vec()));
    }));
    let thread =
        std::thread::Builder::new().name("talk".to_owned()).spawn(move || run(&parts, &jobs))?;
    Ok((talk, thread))
}

fn run(parts: &TalkParts, jobs: &Receiver<Job>) {
    while let Ok(job) = jobs.recv() {
        match job {
            Job::Say(said) => parts.say(said),
            Job::Announce(text) => parts.announce(text),
            Job::Warn(text) => parts.tell_here(text),
            Job::Heard(topic, payload) => parts.hear(topic, &payload),
            Job::Came(player) => parts.came(player),
            Job::Stop => return,
        }
    }
}

impl TalkParts {
    fn say(&self, said: Said) {
        // Who left meanwhile has said nothing.
        let Some(speaker) = self.registry.speaker(said.player) else { return };
        if said.channel == Channel::Whisper {
            return self.whisper(&speaker, said);
        }
        let Said { player, channel, text, .. } = said;
        let Speaker { name, zone, faction, .. } = speaker;
        let (zone, faction) = (zone.get(), faction.get());
        if let Some(room) = room_of(channel, zone, faction) {
            let (name, text) = (name.clone(), text.clone());
            let line = shared::Line { at: now(), character: player.get(), name, text };
            self.shared.remember(&room, &line);
        }
        let (channel, from) = (channel.get(), player.get());
        self.tell(&Line { channel, from, name, zone, faction, to: None, text });
    }

    /// A whisper goes to one host, and back to who said it.
    fn whisper(&self, speaker: &Speaker, said: Said) {
        let Said { player, to, text, .. } = said;
        let here = self.registry.player_named(&to).and_then(|to| self.registry.speaker(to));
        let found = match here {
            Some(target) => Some((target.player.get(), target.name)),
            None => {
                let online = self.shared.find(now(), &fold_name(&to));
                online.map(|online| (online.character, online.name))
            }
        };
        let Some((to, name)) = found.filter(|(to, _)| *to != player.get()) else {
            return self.registry.notify(player, Notice::NobodyThere);
        };
        let channel = Channel::Whisper.get();
        let echo = ServerFrame::Chat { actor: None, name, channel, sent: true, text: text.clone() };
        self.registry.hand_out(Reach::One(player), None, &echo.to_bytes().into());
        self.tell(&Line {
            channel,
            from: player.get(),
            name: speaker.name.clone(),
            zone: speaker.zone.get(),
            faction: speaker.faction.get(),
            to: Some(to),
            text,
        });
    }

    fn announce(&self, text: String) {
        let (name, at) = (self.server_name.clone(), now());
        let line = shared::Line { at, character: 0, name, text: text.clone() };
        if let Some(room) = room_of(Channel::System, 0, 0) {
            self.shared.remember(&room, &line);
        }
        self.shared.publish(Topic::Announcement, &to_bytes(&Announcement { text }));
    }

    fn tell(&self, line: &Line) {
        self.shared.publish(Topic::Talk, &to_bytes(line));
    }

    fn hear(&self, topic: Topic, payload: &[u8]) {
        match topic {
            Topic::Talk => {
                if let Ok(line) = serde_json::from_slice(payload) {
                    self.hand_out(line);
                }
            }
            Topic::Announcement => {
                if let Ok(Announcement { text }) = serde_json::from_slice(payload) {
                    self.tell_here(text);
                }
            }
            Topic::Order => {
                if let Ok(order) = serde_json::from_slice(payload) {
                    self.obey(&order);
                }
            }
        }
    }

    fn tell_here(&self, text: String) {
        let (name, channel) = (self.server_name.clone(), Channel::System.get());
        let frame = ServerFrame::Chat { actor: None, name, channel, sent: false, text };
        self.registry.hand_out(Reach::Everybody, None, &frame.to_bytes().into());
    }

    fn hand_out(&self, line: Line) {
        let Line { channel, from, name, zone, faction, to, text } = line;
        let Some(known) = Channel::new(channel) else { return };
        let reach = match (known, to) {
            (Channel::Whisper, Some(to)) => Reach::One(PlayerId::new(to)),
            (Channel::Zone | Channel::Trade, _) => Reach::Zone(ZoneId::new(zone)),
            (Channel::Faction, _) => Reach::Faction(FactionId::new(faction)),
            (Channel::Global, _) => Reach::Everybody,
            _ => return,
        };
        let frame = ServerFrame::Chat { actor: None, name, channel, sent: false, text };
        let from = Some(PlayerId::new(from));
        self.registry.hand_out(reach, from, &frame.to_bytes().into());
    }

    fn obey(&self, order: &Order) {
        match *order {
            Order::SendAway { account } => self.registry.send_away(account),
            Order::Mute { character, seconds } => {
                let until = if seconds == 0 {
                    0
                } else {
                    clock::uptime_millis() + seconds.saturating_mul(1_000)
                };
                self.registry.mute(PlayerId::new(character), until);
            }
            Order::Blocks { character } => {
                let player = PlayerId::new(character);
                if self.registry.speaker(player).is_some() {
                    self.load_blocks(player);
                }
            }
        }
    }

    fn came(&self, player: PlayerId) {
        if let Some(who) = self.registry.online_one(player, &self.host) {
            self.shared.came(now(), &who);
        }
        self.load_blocks(player);
        self.load_mute(player);
    }

    /// Mutes by the staff outlive sessions and hosts; mutes by the rules of talk do not.
    fn load_mute(&self, player: PlayerId) {
        let Some(store) = &self.store else { return };
        let now = clock::unix_millis().cast_signed();
        match store.repeat(|conn| bans::muted_until(conn, now, player.get())) {
            Ok(Some(until)) => {
                let left = until.saturating_sub(now).unsigned_abs();
                self.registry.stays_mute(player, clock::uptime_millis().saturating_add(left));
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "a mute could not be read"),
        }
    }

    fn load_blocks(&self, player: PlayerId) {
        let Some(store) = &self.store else { return };
        match store.repeat(|conn| friends::blocked_by(conn, player.get())) {
            Ok(blocked) => {
                let blocked = blocked.into_iter().map(PlayerId::new).collect();
                self.registry.set_blocks(player, blocked);
            }
            Err(error) => tracing::warn!(%error, "a list of blocks could not be read"),
        }
    }
}

fn now() -> UnixMillis {
    UnixMillis::new(clock::unix_millis())
}

#[cfg(test)]
mod tests;
