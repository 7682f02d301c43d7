//! Party verbs: what a client does with its party.

use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::ids::ActorId;
use massless_core::limits::NAME_BYTES_MAX;

use super::bits;

/// Whom a party verb is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The character with this body, in the own zone.
    Actor(ActorId),
    /// The character with this name, anywhere.
    Name(String),
}

/// What a client does with its party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartyVerb {
    /// Asks somebody in; makes a party if there is none.
    Invite(Whom),
    /// Answers the newest invitation.
    Answer {
        /// Comes in.
        yes: bool,
    },
    /// Goes.
    Leave,
    /// Sends a member away; leaders only.
    Kick(Whom),
    /// Hands the lead over; leaders only.
    Promote(Whom),
}

/// Writes a party verb.
pub fn write_party_verb(out: &mut BitWriter, verb: &PartyVerb) {
    match verb {
        PartyVerb::Invite(whom) => {
            out.bits(0, 3);
            write_whom(out, whom);
        }
        PartyVerb::Answer { yes } => {
            out.bits(1, 3);
            out.bool(*yes);
        }
        PartyVerb::Leave => out.bits(2, 3),
        PartyVerb::Kick(whom) => {
            out.bits(3, 3);
            write_whom(out, whom);
        }
        PartyVerb::Promote(whom) => {
            out.bits(4, 3);
            write_whom(out, whom);
        }
    }
}

/// Reads a party verb.
pub fn read_party_verb(bits: &mut BitReader<'_>) -> Result<PartyVerb, CodecError> {
    Ok(match bits.bits(3)? {
        0 => PartyVerb::Invite(read_whom(bits)?),
        1 => PartyVerb::Answer { yes: bits.bool()? },
        2 => PartyVerb::Leave,
        3 => PartyVerb::Kick(read_whom(bits)?),
        4 => PartyVerb::Promote(read_whom(bits)?),
        _ => return Err(CodecError::OutOfRange("party verb")),
    })
}

fn write_whom(out: &mut BitWriter, whom: &Whom) {
    match whom {
        Whom::Actor(actor) => {
            out.bool(false);
            bits::write_number(out, actor.get());
        }
        Whom::Name(name) => {
            out.bool(true);
            bits::write_text(out, name, NAME_BYTES_MAX);
        }
    }
}

fn read_whom(bits: &mut BitReader<'_>) -> Result<Whom, CodecError> {
    if bits.bool()? {
        Ok(Whom::Name(bits::read_text(bits, NAME_BYTES_MAX)?))
    } else {
        Ok(Whom::Actor(ActorId::new(bits::read_number(bits)?)))
    }
}
