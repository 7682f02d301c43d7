//! Why a session ends, and what is refused without ending it. The numbers are stable.

/// Why a session ended. The numbers are also the WebSocket's close codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum CloseCode {
    /// The player left by choice.
    Left = 4_000,
    /// A frame could not be read.
    Malformed = 4_001,
    /// The client's protocol version is not served.
    Version = 4_002,
    /// The name breaks the rules.
    BadName = 4_003,
    /// The name is in use.
    NameTaken = 4_004,
    /// The client did not say in time who it is.
    HandshakeTimeout = 4_005,
    /// The client has been silent too long.
    Silent = 4_006,
    /// Too many frames.
    TooFast = 4_007,
    /// The resume token is not valid, or no longer.
    ResumeRefused = 4_008,
    /// No room for another player.
    Full = 4_009,
    /// The player connected anew elsewhere.
    Replaced = 4_010,
    /// The client does not read what it is sent.
    SlowReader = 4_011,
    /// The server stops.
    Stopping = 4_012,
    /// A frame came that has no place in this state.
    Unexpected = 4_013,
    /// Too many connections from this address.
    AddressLimit = 4_014,
    /// The zone could not take the player in.
    ZoneRefused = 4_015,
    /// The host did not admit the player in time.
    AdmissionTimeout = 4_016,
    /// The ticket is not valid, or no longer, or none came where one is needed.
    TicketRefused = 4_017,
    /// The character cannot be loaded now.
    Unavailable = 4_018,
    /// Somebody of the staff ended the session.
    SentAway = 4_019,
}

impl CloseCode {
    /// All codes, rising.
    pub const ALL: [Self; 20] = [
        Self::Left,
        Self::Malformed,
        Self::Version,
        Self::BadName,
        Self::NameTaken,
        Self::HandshakeTimeout,
        Self::Silent,
        Self::TooFast,
        Self::ResumeRefused,
        Self::Full,
        Self::Replaced,
        Self::SlowReader,
        Self::Stopping,
        Self::Unexpected,
        Self::AddressLimit,
        Self::ZoneRefused,
        Self::AdmissionTimeout,
        Self::TicketRefused,
        Self::Unavailable,
        Self::SentAway,
    ];

    /// The code of a number.
    #[must_use]
    pub fn new(raw: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.get() == raw)
    }

    /// The code's number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self as u16
    }

    /// Whether connecting anew with the resume token can help.
    #[must_use]
    pub const fn may_resume(self) -> bool {
        matches!(self, Self::Silent | Self::SlowReader | Self::Stopping | Self::Malformed)
    }

    /// A sentence for people.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Left => "You have left the game.",
            Self::Malformed => "The connection carried something the server cannot read.",
            Self::Version => "This client is out of date. Please reload the page.",
            Self::BadName => "A name has 3 to 16 letters of one script, the first upper case.",
            Self::NameTaken => "This name is in use. Please choose another one.",
            Self::HandshakeTimeout => "The connection took too long to introduce itself.",
            Self::Silent => "The connection has gone silent.",
            Self::TooFast => "Too many messages in too short a time.",
            Self::ResumeRefused => "Your place could not be kept. Please join again.",
            Self::Full => "The world is full. Please try again later.",
            Self::Replaced => "You have connected from somewhere else.",
            Self::SlowReader => "The connection is too slow to keep up.",
            Self::Stopping => "The server is going down and will be back soon.",
            Self::Unexpected => "The connection sent a message at the wrong moment.",
            Self::AddressLimit => "Too many connections from this address.",
            Self::ZoneRefused => "The zone could not take you in.",
            Self::AdmissionTimeout => "The server took too long to let you in.",
            Self::TicketRefused => {
                "This way in is no longer open. Please choose your character again."
            }
            Self::Unavailable => "Your character cannot be loaded now. Please try again.",
            Self::SentAway => "You have been sent away.",
        }
    }
}

impl core::fmt::Display for CloseCode {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} ({:?})", self.get(), self)
    }
}

/// Something a client did was refused; the session goes on. The numbers are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Notice {
    /// Talking too fast; the line was dropped.
    ChatTooFast = 1,
    /// The line breaks the rules for messages.
    ChatRefused = 2,
    /// The same line too often.
    ChatRepeated = 3,
    /// Muted for a while.
    ChatMuted = 4,
    /// The channel does not exist here.
    ChannelClosed = 5,
    /// Too many commands; this one was dropped.
    TooFast = 6,
    /// The zone did not obey a command.
    Rejected = 7,
    /// The server will stop soon.
    StoppingSoon = 8,
    /// Moving or using items too fast; the act was dropped and nothing is lost.
    ItemsTooFast = 9,
    /// A party verb that cannot be obeyed: nobody of that name, no invitation, no leader.
    PartyRefused = 10,
    /// The party is full.
    PartyFull = 11,
    /// Who was asked is in a party already.
    PartyTaken = 12,
    /// Who was asked does not want to come.
    PartyDeclined = 13,
    /// Nobody of that name is here.
    NobodyThere = 14,
    /// The channel is open from a higher level on.
    ChatLevel = 15,
}

impl Notice {
    /// All notices, rising.
    pub const ALL: [Self; 15] = [
        Self::ChatTooFast,
        Self::ChatRefused,
        Self::ChatRepeated,
        Self::ChatMuted,
        Self::ChannelClosed,
        Self::TooFast,
        Self::Rejected,
        Self::StoppingSoon,
        Self::ItemsTooFast,
        Self::PartyRefused,
        Self::PartyFull,
        Self::PartyTaken,
        Self::PartyDeclined,
        Self::NobodyThere,
        Self::ChatLevel,
    ];

    /// The notice of a number.
    #[must_use]
    pub fn new(raw: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.get() == raw)
    }

    /// The notice's number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self as u8
    }

    /// A sentence for people.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::ChatTooFast => "You are talking too fast.",
            Self::ChatRefused => "This line cannot be sent.",
            Self::ChatRepeated => "You have said that often enough.",
            Self::ChatMuted => "You are muted for a while.",
            Self::ChannelClosed => "Nobody listens on this channel.",
            Self::TooFast => "Not so fast.",
            Self::Rejected => "That is not possible.",
            Self::StoppingSoon => "The server will restart soon.",
            Self::ItemsTooFast => "You are handling items too fast.",
            Self::PartyRefused => "That is not possible in this party.",
            Self::PartyFull => "The party is full.",
            Self::PartyTaken => "That character is in a party already.",
            Self::PartyDeclined => "Your invitation was declined.",
            Self::NobodyThere => "Nobody of that name is here.",
            Self::ChatLevel => "You need a higher level to talk here.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_stable_and_sentences_fit_the_wire() {
        for (index, code) in CloseCode::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(code.get()), 4_000 + index);
            assert_eq!(CloseCode::new(code.get()), Some(code));
            assert!(code.sentence().len() <= crate::limits::SENTENCE_BYTES_MAX);
        }
        for (index, notice) in Notice::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(notice.get()), index + 1);
            assert_eq!(Notice::new(notice.get()), Some(notice));
        }
        assert_eq!(CloseCode::new(1_000), None);
        assert_eq!(Notice::new(0), None);
    }
}
