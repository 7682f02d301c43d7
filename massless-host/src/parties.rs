//! Parties: who plays with whom. A pure value: time comes in as an argument, who has to be told
//! comes out of `take_changed`.
//!
//! It knows ids and factions, nothing of names, zones or sockets. An invitation waits 30 s for its
//! answer; a leader who stays offline for 60 s hands on to the next member; a party of one is none.
//! Rules: game rules, section 13.

use std::collections::{BTreeMap, BTreeSet};

use massless_core::ids::{FactionId, PartyId, PlayerId};
use massless_core::limits::PARTY_MAX;
use massless_net::clock::Millis;

use crate::limits::{INVITE_MILLIS, LEADER_OFFLINE_MILLIS};

/// Why something about a party was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PartyRefusal {
    /// Nobody of that name plays.
    NobodyThere,
    /// They are of another faction.
    OtherFaction,
    /// The party has five members.
    Full,
    /// They have a party already.
    HasParty,
    /// They have not answered another invitation yet.
    Invited,
    /// Only the leader may.
    NotLeader,
    /// There is no such party or member.
    NoParty,
    /// No invitation waits for an answer.
    NoInvitation,
}

/// Somebody who invites or is invited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Who {
    /// The player.
    pub(crate) player: PlayerId,
    /// Its faction.
    pub(crate) faction: FactionId,
}

/// One party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Party {
    /// Who leads.
    pub(crate) leader: PlayerId,
    /// All members in the order they joined, the leader too; at least two.
    pub(crate) members: Vec<PlayerId>,
}

#[derive(Clone, Copy, Debug)]
struct Invitation {
    from: PlayerId,
    until: Millis,
}

/// All parties of a host.
#[derive(Debug)]
pub(crate) struct Parties {
    next: u64,
    parties: BTreeMap<PartyId, Party>,
    of: BTreeMap<PlayerId, PartyId>,
    /// By who is invited.
    invitations: BTreeMap<PlayerId, Invitation>,
    /// Members without a connection, and since when.
    offline: BTreeMap<PlayerId, Millis>,
    changed: BTreeSet<PlayerId>,
}

impl Parties {
    /// No parties; the first one gets the number `first`.
    pub(crate) const fn new(first: u64) -> Self {
        Self {
            next: first,
            parties: BTreeMap::new(),
            of: BTreeMap::new(),
            invitations: BTreeMap::new(),
            offline: BTreeMap::new(),
            changed: BTreeSet::new(),
        }
    }

    /// A player's party and its number.
    pub(crate) fn of(&self, player: PlayerId) -> Option<(PartyId, &Party)> {
        let id = *self.of.get(&player)?;
        Some((id, self.parties.get(&id)?))
    }

    /// Who plays with `player`, itself left out.
    pub(crate) fn friends(&self, player: PlayerId) -> Vec<PlayerId> {
        let members = self.of(player).map_or(&[][..], |(_, party)| &party.members);
        members.iter().copied().filter(|&member| member != player).collect()
    }

    /// Players whose party is another one than it was, or has other members; each is told once.
    pub(crate) fn take_changed(&mut self) -> Vec<PlayerId> {
        std::mem::take(&mut self.changed).into_iter().collect()
    }

    /// `from` invites `to`.
    pub(crate) fn invite(&mut self, now: Millis, from: Who, to: Who) -> Result<(), PartyRefusal> {
        self.expire(now);
        if from.player == to.player {
            return Err(PartyRefusal::NobodyThere);
        }
        if from.faction != to.faction {
            return Err(PartyRefusal::OtherFaction);
        }
        if let Some((_, party)) = self.of(from.player) {
            if party.leader != from.player {
                return Err(PartyRefusal::NotLeader);
            }
            if party.members.len() >= PARTY_MAX {
                return Err(PartyRefusal::Full);
            }
        }
        if self.of.contains_key(&to.player) {
            return Err(PartyRefusal::HasParty);
        }
        if self.invitations.contains_key(&to.player) {
            return Err(PartyRefusal::Invited);
        }
        let invitation = Invitation { from: from.player, until: now.plus(INVITE_MILLIS) };
        self.invitations.insert(to.player, invitation);
        Ok(())
    }

    /// `player` answers the invitation that waits for it; returns who invited.
    pub(crate) fn answer(
        &mut self,
        now: Millis,
        player: PlayerId,
        is_accepted: bool,
    ) -> Result<PlayerId, PartyRefusal> {
        self.expire(now);
        let invitation = self.invitations.remove(&player).ok_or(PartyRefusal::NoInvitation)?;
        if is_accepted {
            self.join(invitation.from, player)?;
        }
        Ok(invitation.from)
    }

    /// `player` leaves its party.
    pub(crate) fn leave(&mut self, player: PlayerId) -> Result<(), PartyRefusal> {
        let id = self.of.remove(&player).ok_or(PartyRefusal::NoParty)?;
        self.offline.remove(&player);
        self.changed.insert(player);
        let party = self.parties.get_mut(&id).expect("whose party it is stands in `parties`");
        party.members.retain(|&member| member != player);
        if party.leader == player {
            party.leader = party.members[0];
        }
        self.changed.extend(&party.members);
        if party.members.len() == 1 {
            let last = party.members[0];
            self.parties.remove(&id);
            self.of.remove(&last);
            self.offline.remove(&last);
        }
        Ok(())
    }

    /// The leader sends a member away.
    pub(crate) fn kick(&mut self, leader: PlayerId, member: PlayerId) -> Result<(), PartyRefusal> {
        self.led_by(leader, member)?;
        self.leave(member)
    }

    /// The leader hands on.
    pub(crate) fn promote(
        &mut self,
        leader: PlayerId,
        member: PlayerId,
    ) -> Result<(), PartyRefusal> {
        let id = self.led_by(leader, member)?;
        self.lead(id, member);
        Ok(())
    }

    /// The player's connection was lost.
    pub(crate) fn went(&mut self, now: Millis, player: PlayerId) {
        if self.of.contains_key(&player) {
            self.offline.entry(player).or_insert(now);
        }
    }

    /// The player's connection is back.
    pub(crate) fn came(&mut self, player: PlayerId) {
        self.offline.remove(&player);
    }

    /// The player will not come back.
    pub(crate) fn forget(&mut self, player: PlayerId) {
        self.invitations.remove(&player);
        self.invitations.retain(|_, invitation| invitation.from != player);
        let _ = self.leave(player);
    }

    /// Lets invitations expire and leadership pass on.
    pub(crate) fn sweep(&mut self, now: Millis) {
        self.expire(now);
        let is_away = |offline: &BTreeMap<PlayerId, Millis>, player: &PlayerId| {
            offline.get(player).is_some_and(|at| now.since(*at) >= LEADER_OFFLINE_MILLIS)
        };
        let passing: Vec<(PartyId, PlayerId)> = self
            .parties
            .iter()
            .filter(|(_, party)| is_away(&self.offline, &party.leader))
            .filter_map(|(&id, party)| {
                let next = party.members.iter().find(|member| !self.offline.contains_key(member));
                Some((id, *next?))
            })
            .collect();
        for (id, next) in passing {
            self.lead(id, next);
        }
    }

    fn expire(&mut self, now: Millis) {
        self.invitations.retain(|_, invitation| now < invitation.until);
    }

    fn join(&mut self, leader: PlayerId, player: PlayerId) -> Result<(), PartyRefusal> {
        if self.of.contains_key(&player) {
            return Err(PartyRefusal::HasParty);
        }
        let id = if let Some((id, party)) = self.of(leader) {
            if party.members.len() >= PARTY_MAX {
                return Err(PartyRefusal::Full);
            }
            id
        } else {
            let id = PartyId::new(self.next);
            self.next += 1;
            self.parties.insert(id, Party { leader, members: vec![leader] });
            self.of.insert(leader, id);
            id
        };
        let party = self.parties.get_mut(&id).expect("it was found or made above");
        party.members.push(player);
        self.of.insert(player, id);
        self.changed.extend(&party.members);
        Ok(())
    }

    /// The party that `leader` leads and `member`, another one, belongs to.
    fn led_by(&self, leader: PlayerId, member: PlayerId) -> Result<PartyId, PartyRefusal> {
        let (id, party) = self.of(leader).ok_or(PartyRefusal::NoParty)?;
        if party.leader != leader {
            return Err(PartyRefusal::NotLeader);
        }
        if leader == member || !party.members.contains(&member) {
            return Err(PartyRefusal::NoParty);
        }
        Ok(id)
    }

    fn lead(&mut self, id: PartyId, leader: PlayerId) {
        if let Some(party) = self.parties.get_mut(&id) {
            party.leader = leader;
            self.changed.extend(&party.members);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis::new(100_000);

    fn who(player: u64) -> Who {
        Who { player: PlayerId::new(player), faction: FactionId::new(1) }
    }

    fn id(player: u64) -> PlayerId {
        PlayerId::new(player)
    }

    /// A party of `1..=count`, led by 1, with nobody left to be told.
    fn party(count: u64) -> Parties {
        let mut parties = Parties::new(1);
        for player in 2..=count {
            parties.invite(NOW, who(1), who(player)).expect("free");
            parties.answer(NOW, id(player), true).expect("invited");
        }
        parties.take_changed();
        parties
    }

    #[test]
    fn an_accepted_invitation_makes_a_party_and_tells_both() {
        let mut parties = Parties::new(7);
        parties.invite(NOW, who(1), who(2)).expect("both are free");
        assert!(parties.of(id(2)).is_none(), "nobody is in before the answer");
        assert_eq!(parties.answer(NOW, id(2), true), Ok(id(1)));
        let (number, party) = parties.of(id(2)).expect("a party");
        assert_eq!((number, party.leader), (PartyId::new(7), id(1)));
        assert_eq!(party.members, [id(1), id(2)]);
        assert_eq!(parties.friends(id(1)), [id(2)]);
        assert_eq!(parties.take_changed(), [id(1), id(2)]);
        assert_eq!(parties.take_changed(), []);
    }

    #[test]
    fn an_invitation_expires_after_thirty_seconds_and_may_be_declined() {
        let mut parties = Parties::new(1);
        parties.invite(NOW, who(1), who(2)).expect("free");
        assert_eq!(parties.invite(NOW, who(3), who(2)), Err(PartyRefusal::Invited));
        let late = NOW.plus(INVITE_MILLIS);
        assert_eq!(parties.answer(late, id(2), true), Err(PartyRefusal::NoInvitation));
        parties.invite(late, who(3), who(2)).expect("the first one is over");
        assert_eq!(parties.answer(late, id(2), false), Ok(id(3)));
        assert!(parties.of(id(3)).is_none());
        assert_eq!(parties.answer(late, id(2), true), Err(PartyRefusal::NoInvitation));
        assert_eq!(parties.take_changed(), []);
    }

    #[test]
    fn only_the_leader_invites_only_own_faction_and_only_up_to_five() {
        let mut parties = party(4);
        let other = Who { faction: FactionId::new(2), ..who(9) };
        assert_eq!(parties.invite(NOW, who(1), other), Err(PartyRefusal::OtherFaction));
        assert_eq!(parties.invite(NOW, who(2), who(9)), Err(PartyRefusal::NotLeader));
        assert_eq!(parties.invite(NOW, who(8), who(2)), Err(PartyRefusal::HasParty));
        assert_eq!(parties.invite(NOW, who(1), who(1)), Err(PartyRefusal::NobodyThere));
        parties.invite(NOW, who(1), who(5)).expect("room for one");
        parties.invite(NOW, who(1), who(6)).expect("room for one");
        parties.answer(NOW, id(5), true).expect("the fifth");
        assert_eq!(parties.answer(NOW, id(6), true), Err(PartyRefusal::Full));
        assert!(parties.of(id(6)).is_none());
        assert_eq!(parties.invite(NOW, who(1), who(6)), Err(PartyRefusal::Full));
    }

    #[test]
    fn who_leaves_or_is_sent_away_is_told_and_a_party_of_one_is_none() {
        let mut parties = party(3);
        assert_eq!(parties.kick(id(2), id(3)), Err(PartyRefusal::NotLeader));
        assert_eq!(parties.kick(id(1), id(9)), Err(PartyRefusal::NoParty));
        parties.kick(id(1), id(3)).expect("the leader may");
        assert_eq!(parties.take_changed(), [id(1), id(2), id(3)]);
        assert!(parties.of(id(3)).is_none());
        parties.leave(id(1)).expect("a member");
        assert!(parties.of(id(2)).is_none(), "nobody is left to play with");
        assert_eq!(parties.take_changed(), [id(1), id(2)]);
        assert_eq!(parties.leave(id(1)), Err(PartyRefusal::NoParty));
    }

    #[test]
    fn the_lead_is_handed_on_by_word_by_leaving_and_by_a_minute_of_silence() {
        let mut parties = party(4);
        let leader = |parties: &Parties| parties.of(id(4)).expect("a party").1.leader;
        parties.promote(id(1), id(3)).expect("a member");
        assert_eq!(leader(&parties), id(3));
        parties.went(NOW, id(3));
        parties.went(NOW, id(1));
        parties.sweep(NOW.plus(LEADER_OFFLINE_MILLIS - 1));
        assert_eq!(leader(&parties), id(3));
        parties.sweep(NOW.plus(LEADER_OFFLINE_MILLIS));
        assert_eq!(leader(&parties), id(2), "the first who is there");
        parties.leave(id(2)).expect("a member");
        assert_eq!(leader(&parties), id(1));
        parties.came(id(1));
        parties.sweep(NOW.plus(10 * LEADER_OFFLINE_MILLIS));
        assert_eq!(leader(&parties), id(1));
    }

    #[test]
    fn who_is_forgotten_takes_invitations_along() {
        let mut parties = party(2);
        parties.invite(NOW, who(1), who(3)).expect("free");
        parties.forget(id(1));
        assert_eq!(parties.answer(NOW, id(3), true), Err(PartyRefusal::NoInvitation));
        assert!(parties.of(id(2)).is_none());
    }
}
