//! Talk and parties: what players say to each other, and what they are told of their company.

use std::sync::Arc;

use massless_core::ids::{ActorId, PlayerId};
use massless_core::units::Tick;
use massless_core::view::View;
use massless_net::session::close::Notice;
use massless_net::wire::{Party, PartyMember, PartyVerb, ServerFrame, Whom};

use super::Runner;
use crate::chat::{Channel, Said};
use crate::clock;
use crate::gateway;
use crate::limits::{CHAT_LOCAL_METRES, PARTY_TICKS};
use crate::parties::PartyRefusal;
use crate::registry::PartyWish;
use crate::zone_runner::mailbox::Note;
use crate::zone_runner::outbox::{Reliable, count_shed_talk};

impl Runner {
    /// Judges each line and hands it to all within reach.
    pub(super) fn pass_on_talk(&mut self) {
        let now = clock::uptime_millis();
        for (player, channel, to, text) in std::mem::take(&mut self.talk) {
            let Some(channel) = Channel::new(channel) else { continue };
            match self.parts.registry.judge(now, player, channel, &text) {
                Ok(text) => match channel {
                    Channel::Local => self.say(player, text),
                    Channel::Party => self.say_to_party(player, text),
                    _ => self.say_abroad(Said { player, channel, to, text }),
                },
                Err(refusal) => {
                    count_line(refusal.label());
                    self.notify(player, refusal.notice());
                }
            }
        }
    }

    /// What others than the nearest hear goes by a thread that may wait.
    fn say_abroad(&self, said: Said) {
        let player = said.player;
        if self.parts.registry.say(said) {
            count_line("said");
        } else {
            self.notify(player, Notice::ChannelClosed);
        }
    }

    fn notify(&self, player: PlayerId, notice: Notice) {
        if let Some(client) = self.clients.get(player) {
            client.outbox.put(Reliable::Notice(notice));
        }
    }

    fn say(&mut self, player: PlayerId, text: String) {
        let Self { parts, clients, replicator, .. } = self;
        let view = parts.zone.view();
        let Some((index, entry)) = view.player(player) else { return };
        let speaker = entry.index as usize;
        let frame = ServerFrame::Chat {
            actor: Some(view.actor[speaker]),
            name: view.names[index].clone(),
            channel: Channel::Local.get(),
            sent: false,
            text,
        };
        let deaf = parts.registry.deaf_to(player);
        let bytes: Arc<[u8]> = frame.to_bytes().into();
        for listener in &view.players {
            let gap = view.position[listener.index as usize] - view.position[speaker];
            let is_near = gap.x * gap.x + gap.z * gap.z <= CHAT_LOCAL_METRES * CHAT_LOCAL_METRES;
            let hears = is_near && !deaf.contains(&listener.player);
            let Some(client) = clients.get(listener.player).filter(|_| hears) else { continue };
            if replicator.spend(listener.player, bytes.len() as u32) {
                client.outbox.put(Reliable::Chat(Arc::clone(&bytes)));
            } else {
                count_shed_talk();
            }
        }
        count_line("said");
    }

    /// Members may be in any zone: the registry knows where their frames go.
    fn say_to_party(&self, player: PlayerId, text: String) {
        let view = self.parts.zone.view();
        let Some((index, _)) = view.player(player) else { return };
        let name = view.names[index].clone();
        let channel = Channel::Party.get();
        let frame = ServerFrame::Chat { actor: None, name, channel, sent: false, text };
        if self.parts.registry.say_to_party(player, &frame.to_bytes().into()) {
            count_line("said");
        } else {
            self.notify(player, Notice::ChannelClosed);
        }
    }

    /// Does what players want of their parties, and tells all zones whom that concerns.
    pub(super) fn grant_wishes(&mut self) {
        for (player, verb) in std::mem::take(&mut self.wishes) {
            if let Err(refusal) = self.grant(player, &verb) {
                self.notify(player, notice_of(refusal));
            }
        }
        for (player, party) in self.parts.registry.take_changed_parties() {
            if let Some((_, mailbox)) = self.parts.channels.seat_of(player) {
                mailbox.tell(Note::Party { player, party });
            }
        }
    }

    fn grant(&self, player: PlayerId, verb: &PartyVerb) -> Result<(), PartyRefusal> {
        let wish = match verb {
            PartyVerb::Invite(whom) => PartyWish::Invite(self.whom(whom)?),
            PartyVerb::Answer { yes } => PartyWish::Answer { is_accepted: *yes },
            PartyVerb::Leave => PartyWish::Leave,
            PartyVerb::Kick(whom) => PartyWish::Kick(self.whom(whom)?),
            PartyVerb::Promote(whom) => PartyWish::Promote(self.whom(whom)?),
        };
        self.parts.registry.wish(gateway::now(), player, wish)
    }

    fn whom(&self, whom: &Whom) -> Result<PlayerId, PartyRefusal> {
        let found = match whom {
            Whom::Actor(actor) => player_of(self.parts.zone.view(), *actor),
            Whom::Name(name) => self.parts.registry.player_named(name),
        };
        found.ok_or(PartyRefusal::NobodyThere)
    }

    /// Tells members of parties what has changed in their company, now and then.
    pub(super) fn show_parties(&mut self, tick: Tick) {
        let is_due = tick.get().is_multiple_of(PARTY_TICKS);
        if !(is_due || std::mem::take(&mut self.is_party_news)) {
            return;
        }
        let Self { parts, clients, replicator, .. } = self;
        let view = parts.zone.view();
        for entry in &view.players {
            let Some(client) = clients.get_mut(entry.player).filter(|now| now.is_playing) else {
                continue;
            };
            let is_in_none = entry.party.is_none() && client.party_told.is_none();
            let roll = if is_in_none { None } else { parts.registry.roll(entry.player) };
            let members = roll.as_ref().map_or(&[][..], |roll| &roll.members);
            let party = Party {
                leader: roll.as_ref().map_or(0, |roll| roll.leader),
                members: members.iter().map(|(who, told)| seen(view, *who, told)).collect(),
            };
            if client.party_told.as_ref().map_or(party.members.is_empty(), |told| *told == party) {
                continue;
            }
            let bytes = ServerFrame::Party(party.clone()).to_bytes();
            if replicator.spend(entry.player, bytes.len() as u32) {
                client.outbox.put(Reliable::Frame(bytes));
                client.party_told = Some(party);
            }
        }
    }
}

/// A member as its companions here see it: by the zone's own view where it is in this zone.
fn seen(view: &View, player: PlayerId, told: &PartyMember) -> PartyMember {
    let Some((_, entry)) = view.player(player) else {
        return PartyMember { share: u8::MAX, mana_share: u8::MAX, ..told.clone() };
    };
    let body = entry.index as usize;
    let share = u64::from(entry.mana) * u64::from(u8::MAX) / u64::from(entry.mana_max.max(1));
    PartyMember {
        actor: Some(view.actor[body]),
        level: view.level[body],
        share: view.hit_point_share[body],
        mana_share: u8::try_from(share).unwrap_or(u8::MAX),
        ..told.clone()
    }
}

fn player_of(view: &View, actor: ActorId) -> Option<PlayerId> {
    let index = u32::try_from(view.index_of(actor)?).ok()?;
    view.players.iter().find(|entry| entry.index == index).map(|entry| entry.player)
}

const fn notice_of(refusal: PartyRefusal) -> Notice {
    match refusal {
        PartyRefusal::NobodyThere => Notice::NobodyThere,
        PartyRefusal::Full => Notice::PartyFull,
        PartyRefusal::HasParty | PartyRefusal::Invited => Notice::PartyTaken,
        PartyRefusal::OtherFaction
        | PartyRefusal::NotLeader
        | PartyRefusal::NoParty
        | PartyRefusal::NoInvitation => Notice::PartyRefused,
    }
}

fn count_line(result: &'static str) {
    metrics::counter!("massless_chat_messages_total", "result" => result).increment(1);
}
