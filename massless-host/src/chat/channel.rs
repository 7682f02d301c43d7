//! The channels, their pace, and the rooms in which their lines are remembered. Rules: game rules,
//! section 13.

/// A channel; the numbers are those of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(crate) enum Channel {
    /// 50 m.
    Local = 1,
    /// The zone, all its channels.
    Zone = 2,
    /// The faction.
    Faction = 3,
    /// Everyone.
    Global = 4,
    /// One character.
    Whisper = 5,
    /// The party.
    Party = 6,
    /// The guild; there are none yet.
    Guild = 7,
    /// The zone, for goods.
    Trade = 8,
    /// From the server to everyone.
    System = 9,
}

/// How often one may talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Lines at once.
    pub(crate) burst: u64,
    /// Milliseconds that bring one more.
    pub(crate) pause_millis: u64,
    /// Level from which on.
    pub(crate) level: u16,
}

impl Channel {
    /// One more than the highest number.
    pub(crate) const COUNT: usize = 10;

    const ALL: [Self; 9] = [
        Self::Local,
        Self::Zone,
        Self::Faction,
        Self::Global,
        Self::Whisper,
        Self::Party,
        Self::Guild,
        Self::Trade,
        Self::System,
    ];

    /// The channel of a number of the protocol.
    pub(crate) fn new(raw: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| *channel as u8 == raw)
    }

    /// The number of the protocol.
    pub(crate) const fn get(self) -> u8 {
        self as u8
    }

    /// The place in a list of all.
    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    /// The channel of a word in an address.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        match word {
            "zone" => Some(Self::Zone),
            "faction" => Some(Self::Faction),
            "global" => Some(Self::Global),
            "trade" => Some(Self::Trade),
            "system" => Some(Self::System),
            _ => None,
        }
    }

    /// How often one may talk; `None` where players do not.
    pub(crate) const fn rule(self) -> Option<Rule> {
        let (burst, pause_millis, level) = match self {
            Self::Local | Self::Whisper => (10, 1_000, 1),
            Self::Zone => (5, 2_000, 1),
            Self::Faction => (3, 3_350, 5),
            Self::Global => (1, 10_000, 10),
            Self::Party => (20, 500, 1),
            Self::Trade => (1, 30_000, 5),
            Self::Guild | Self::System => return None,
        };
        Some(Rule { burst, pause_millis, level })
    }
}

/// The room in which a channel's lines are remembered; `None` for what is nobody else's business.
pub(crate) fn room_of(channel: Channel, zone: u32, faction: u8) -> Option<String> {
    match channel {
        Channel::Zone => Some(format!("zone:{zone}")),
        Channel::Trade => Some(format!("trade:{zone}")),
        Channel::Faction => Some(format!("faction:{faction}")),
        Channel::Global => Some("global".to_owned()),
        Channel::System => Some("system".to_owned()),
        Channel::Local | Channel::Whisper | Channel::Party | Channel::Guild => None,
    }
}
