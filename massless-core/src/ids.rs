//! Names of things: newtypes over fixed-width integers.
//!
//! An id is a name, never a slot: it is handed out in rising order and not used again. Nothing in
//! the crate does arithmetic on one. Definition ids are those of the content files.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($raw:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($raw);

        impl $name {
            /// Wraps a raw value, as read from a file, a frame or a log.
            #[must_use]
            pub const fn new(raw: $raw) -> Self {
                Self(raw)
            }

            /// The raw value, for encoding and display.
            #[must_use]
            pub const fn get(self) -> $raw {
                self.0
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

id! {
    /// One actor of a zone: a character, a creature, an NPC. Monotonic, never recycled; the first is 1.
    ActorId(u64)
}
id! {
    /// One connected character as its zone knows it. 0 is the host itself and never a player.
    PlayerId(u64)
}
id! {
    /// A zone (or one channel of it).
    ZoneId(u32)
}
id! {
    /// A creature definition (`content/creatures/`), the monster ids of the game rules.
    CreatureId(u16)
}
id! {
    /// An NPC definition: zone x 100 + n.
    NpcId(u16)
}
id! {
    /// A skill definition (`content/skills/`): of classes, specialisations and creatures.
    SkillId(u16)
}
id! {
    /// A status effect definition (`content/effects/`), the effect ids of the game rules.
    EffectId(u16)
}
id! {
    /// An item definition (`content/items/`), the item ids of the game rules.
    ItemId(u16)
}
id! {
    /// One item (or stack) that somebody owns. Given out by the store, never used again.
    ItemUid(u64)
}
id! {
    /// A quest definition (`content/quests/`).
    QuestId(u16)
}
id! {
    /// A class (`content/classes/`), 1..=4.
    ClassId(u8)
}
id! {
    /// A faction of the game rules, 1..=3.
    FactionId(u8)
}
id! {
    /// A party, as the host numbers it.
    PartyId(u64)
}
id! {
    /// One operation that a zone asks the store for; monotonic within a zone.
    IntentId(u64)
}
