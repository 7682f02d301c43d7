//! What is to be committed: a zone's intent, or something the realm does by itself.

use massless_core::codec::Writer;
use massless_core::ids::{ItemId, PlayerId};
use massless_core::intent::{Entry, Intent, Place, Reason};

use super::{Operation, OperationId};
use crate::repo::snapshots::Snapshot;

/// Why, as `ledger_tx.kind` has it: a reason of the core, or one of the realm's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// An intent's or the kit's.
    Of(Reason),
    /// A letter nobody emptied goes back.
    Return,
    /// A letter is gone for good with what is in it.
    Expiry,
    /// The time of an offer is over.
    RunOut,
    /// A character is deleted for good.
    Purge,
    /// A letter of the realm, with what is in it.
    Gift,
    /// What a made-up character of a development database begins with.
    Seed,
}

impl Kind {
    pub(crate) const fn number(self) -> i16 {
        match self {
            Self::Of(reason) => reason as i16,
            Self::Return => 100,
            Self::Expiry => 101,
            Self::RunOut => 102,
            Self::Purge => 103,
            Self::Gift => 104,
            Self::Seed => 105,
        }
    }

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Of(reason) => reason.label(),
            Self::Return => "return",
            Self::Expiry => "expiry",
            Self::RunOut => "run_out",
            Self::Purge => "purge",
            Self::Gift => "gift",
            Self::Seed => "seed",
        }
    }

    /// The path of wealth that a kill switch shuts; `None` for what none does.
    pub(crate) const fn path(self) -> Option<&'static str> {
        match self {
            Self::Of(reason) => match reason {
                Reason::Loot => Some("loot"),
                Reason::Trade => Some("trade"),
                Reason::Mail | Reason::Claim => Some("mail"),
                Reason::List | Reason::Buy | Reason::Unlist => Some("market"),
                Reason::Shop | Reason::Sale | Reason::Exchange => Some("shop"),
                Reason::Upgrade => Some("upgrade"),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The word of a number of `ledger_tx.kind`; `unknown` for one of a later build.
#[must_use]
pub fn kind_label(number: i16) -> &'static str {
    use Kind::{Expiry, Gift, Of, Purge, Return, RunOut, Seed};
    let own = [Return, Expiry, RunOut, Purge, Gift, Seed];
    let mut kinds = Reason::ALL.into_iter().map(Of).chain(own);
    kinds.find(|kind| kind.number() == number).map_or("unknown", Kind::label)
}

/// All paths of wealth that can be shut.
pub const PATHS: [&str; 6] = ["trade", "mail", "market", "shop", "loot", "upgrade"];

/// A piece of a starter kit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KitItem {
    pub(crate) definition: ItemId,
    pub(crate) quantity: u16,
    pub(crate) place: Place,
}

/// Level, coin and things for a character of a development database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endowment {
    /// Its level, above 1.
    pub level: u8,
    /// Coin in addition to what it has.
    pub coin: i64,
    /// Definition, quantity, and a free slot of the inventory; nothing of it is bound.
    pub items: Vec<(ItemId, u16, u8)>,
}

/// A letter of the realm and what is created in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) to: i64,
    pub(crate) subject: String,
    pub(crate) body: String,
    pub(crate) coin: i64,
    /// Definition, rarity, quantity.
    pub(crate) items: Vec<(ItemId, u8, u16)>,
}

/// What is to be done.
#[derive(Clone, Debug)]
pub(crate) enum Work<'a> {
    /// All entries of an intent.
    Intent(&'a Intent),
    /// A new character gets what it begins with.
    Kit { character: i64, coin: i64, items: Vec<KitItem> },
    /// A letter goes back to who sent it.
    Return { mail: i64 },
    /// A letter is destroyed with what is in it.
    Expire { mail: i64 },
    /// An offer's time is over: the item goes back by mail.
    RunOut { listing: i64 },
    /// All that a character owns is destroyed.
    Purge { character: i64 },
    /// The realm sends something.
    Gift(Letter),
    /// A made-up character gets what it is to play with.
    Endow { character: i64, endowment: &'a Endowment },
}

/// One operation on its way into the ledger.
#[derive(Clone, Debug)]
pub(crate) struct Job<'a> {
    pub(crate) id: OperationId,
    pub(crate) kind: Kind,
    pub(crate) hash: [u8; 32],
    /// Whose it is; none is the realm.
    pub(crate) actor: Option<i64>,
    /// The epochs it was made under; empty where no lease is needed.
    pub(crate) epochs: Vec<(i64, i64)>,
    pub(crate) work: Work<'a>,
    pub(crate) snapshot: Option<Snapshot>,
}

impl<'a> Job<'a> {
    pub(crate) fn of_intent(operation: &Operation<'a>) -> Self {
        let intent = operation.intent;
        let epochs = operation.epochs.iter();
        Self {
            id: operation.id,
            kind: Kind::Of(intent.reason),
            hash: hash_of(intent),
            actor: Some(number(intent.player)),
            epochs: epochs.map(|&(who, epoch)| (number(who), epoch.cast_signed())).collect(),
            work: Work::Intent(intent),
            snapshot: operation.snapshot.clone(),
        }
    }

    /// Of the realm, or of an account that needs no lease for it.
    pub(crate) fn of_realm(id: OperationId, kind: Kind, work: Work<'a>) -> Self {
        let hash = *blake3::hash(id.get()).as_bytes();
        Self { id, kind, hash, actor: None, epochs: Vec::new(), work, snapshot: None }
    }

    /// The characters whose leases it needs, rising.
    pub(crate) fn parties(&self) -> Vec<i64> {
        match self.work {
            Work::Intent(intent) => intent.parties().into_iter().map(number).collect(),
            _ => Vec::new(),
        }
    }
}

/// A character's number in the database.
pub(crate) const fn number(player: PlayerId) -> i64 {
    player.get().cast_signed()
}

/// What tells two requests under one name apart. The form is fixed: a retry may come from another build.
fn hash_of(intent: &Intent) -> [u8; 32] {
    let mut out = Writer::new();
    out.u64(intent.player.get());
    out.u8(intent.reason as u8);
    for &entry in &intent.entries {
        put_entry(entry, &mut out);
    }
    *blake3::hash(out.as_bytes()).as_bytes()
}

fn put_entry(entry: Entry, out: &mut Writer) {
    let (tag, numbers): (u8, [u64; 5]) = match entry {
        Entry::Coin { delta } => (0, [delta.cast_unsigned(), 0, 0, 0, 0]),
        Entry::Create { definition, rarity, quantity, bound, slot } => (
            1,
            [definition.get().into(), rarity.into(), quantity.into(), bound.into(), slot.into()],
        ),
        Entry::Grow { uid, quantity } => (2, [uid.get(), quantity.into(), 0, 0, 0]),
        Entry::Shrink { uid, quantity } => (3, [uid.get(), quantity.into(), 0, 0, 0]),
        Entry::Move { uid, from, to } => (4, [uid.get(), place(from), place(to), 0, 0]),
        Entry::Level { level } => (5, [level.into(), 0, 0, 0, 0]),
        Entry::QuestDone { quest, experience } => {
            (6, [quest.get().into(), experience.into(), 0, 0, 0])
        }
        Entry::QuestTaken { quest } => (7, [quest.get().into(), 0, 0, 0, 0]),
        Entry::Upgrade { uid, to } => (8, [uid.get(), to.into(), 0, 0, 0]),
        Entry::Pity { definition, rarity, target, failures } => {
            (9, [definition.get().into(), rarity.into(), target.into(), failures.into(), 0])
        }
        Entry::Rank { skill, rank } => (10, [skill.get().into(), rank.into(), 0, 0, 0]),
        Entry::ResetPoints => (11, [0; 5]),
        Entry::StorageSlots { slots } => (12, [slots.into(), 0, 0, 0, 0]),
        Entry::Depart { zone } => (13, [zone.get().into(), 0, 0, 0, 0]),
        Entry::Pass { uid, from, to, slot } => {
            (14, [uid.get(), from.get(), to.get(), slot.into(), 0])
        }
        Entry::Pay { from, to, amount } => {
            (15, [from.get(), to.get(), amount.cast_unsigned(), 0, 0])
        }
        Entry::Escrow { uid } => (16, [uid.get(), 0, 0, 0, 0]),
        Entry::Post { draft, coin } => (17, [draft, coin.cast_unsigned(), 0, 0, 0]),
        Entry::Claim { mail, slots } => (18, [mail, slots.get(), 0, 0, 0]),
        Entry::List { uid, price } => (19, [uid.get(), price.cast_unsigned(), 0, 0, 0]),
        Entry::Buy { listing, price, slot } => {
            (20, [listing, price.cast_unsigned(), slot.into(), 0, 0])
        }
        Entry::Unlist { listing } => (21, [listing, 0, 0, 0, 0]),
    };
    out.u8(tag);
    numbers.into_iter().for_each(|number| out.varint(number));
}

fn place(place: Place) -> u64 {
    match place {
        Place::Bag(slot) => slot.into(),
        Place::Worn(slot) => 256 + u64::from(slot),
        Place::Stored(slot) => 512 + u64::from(slot),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_core::ids::{IntentId, ItemUid};

    fn intent(entries: Vec<Entry>) -> Intent {
        let player = PlayerId::new(7);
        Intent { id: IntentId::new(1), player, reason: Reason::Arrange, thing: None, entries }
    }

    #[test]
    fn the_hash_tells_requests_apart_and_stays_what_it_is() {
        let uid = ItemUid::new(9);
        let grow = hash_of(&intent(vec![Entry::Grow { uid, quantity: 2 }]));
        let shrink = hash_of(&intent(vec![Entry::Shrink { uid, quantity: 2 }]));
        assert_ne!(grow, shrink);
        assert_eq!(grow, hash_of(&intent(vec![Entry::Grow { uid, quantity: 2 }])));
        // Changing the form would make every retry across an update a mismatch.
        let hex = blake3::Hash::from(grow).to_hex();
        assert_eq!(&hex[..16], "fbf92196c399b762", "{hex}");
    }

    #[test]
    fn numbers_of_the_realms_reasons_are_beyond_the_cores() {
        let all = [Kind::Return, Kind::Expiry, Kind::RunOut, Kind::Purge, Kind::Gift];
        assert!(all.iter().all(|kind| kind.number() >= 100));
        assert!(Reason::ALL.iter().all(|&reason| (reason as i16) < 100));
    }
}
