//! Fuzz bodies: ordinary functions that every build compiles and every test run calls.
//!
//! Each takes arbitrary bytes and panics when a promise is broken; a returned error is fine. Valid
//! inputs to start from come from `seeds`.

mod acts;
mod exchange;
pub mod made_up;
mod states;
mod told;

use std::sync::Arc;

use massless_core::command::Input;
use massless_core::content::map::Map;
use massless_core::ids::{ActorId, ClassId, FactionId, PlayerId, ZoneId};
use massless_core::units::{Level, Tick};

pub use self::exchange::exchange;
pub use self::states::states;
use crate::client::{Client, ClientConfig, Control};
use crate::clock::Millis;
use crate::error::WireError;
use crate::limits::{OUTPUTS_MAX, RELIABLE_BYTES_MAX};
use crate::session::close::CloseCode;
use crate::session::ticket::{TICKET_BYTES, Ticket};
use crate::session::token::{ResumeKey, ResumeToken, SessionName, TOKEN_BYTES};
use crate::session::{Output, Session};
use crate::wire::event::Who;
use crate::wire::report::{Divergence, Part, Report};
use crate::wire::state::StateReader;
use crate::wire::update::{OwnState, UpdateReader};
use crate::wire::{
    Ack, Claim, ClientFrame, Coding, Inputs, Kept, NumberedInput, PROTOCOL_VERSION, Party,
    PartyMember, PartyVerb, ServerFrame, ShortTick, Welcome, Whom,
};

/// Any bytes as a frame from a client: an error, or a frame that survives being written again.
pub fn client_frame(bytes: &[u8]) {
    let Ok(frame) = ClientFrame::decode(bytes) else { return };
    let mut again = Vec::new();
    frame.encode(&mut again);
    assert_eq!(ClientFrame::decode(&again), Ok(frame));
}

/// Any bytes as a frame from a server, updates included.
pub fn server_frame(bytes: &[u8]) {
    for coding in CODINGS {
        let _ = read_update(bytes, coding);
        let _ = read_state(bytes, coding);
    }
    let Ok(frame) = ServerFrame::decode(bytes) else { return };
    assert_eq!(ServerFrame::decode(&frame.to_bytes()), Ok(frame));
}

/// Both ways in which updates and states may be told.
pub const CODINGS: [Coding; 2] = [Coding::Plain, Coding::Tight];

/// Reads a whole update, as the first one after a welcome.
pub fn read_update(bytes: &[u8], coding: Coding) -> Result<(), WireError> {
    let mut own = OwnState::default();
    let (_, mut rest) = UpdateReader::open(bytes, &mut own, (0, Tick::new(5)), coding)?;
    while rest.try_next()?.is_some() {}
    let player = PlayerId::new(7);
    rest.try_personal(player, None)?;
    let resolve = |who| match who {
        Who::Me => ActorId::new(300),
        Who::Slot(slot) => ActorId::new(u64::from(slot) + 1),
        Who::Nobody => ActorId::default(),
    };
    while rest.try_event(player, resolve)?.is_some() {}
    Ok(())
}

/// Reads a whole state, built on nothing.
pub fn read_state(bytes: &[u8], coding: Coding) -> Result<(), WireError> {
    let (_, mut rest) = StateReader::open(bytes, Tick::new(5), coding)?;
    rest.read_own(&mut OwnState::default())?;
    while rest.try_next()?.is_some() {}
    Ok(())
}

/// Any bytes as frames, pauses and host calls of one session.
pub fn session(bytes: &[u8]) {
    let mut now = Millis::new(1);
    let mut session = Session::new(now, ResumeKey::new([1; 32]));
    let mut over = false;
    let mut rest = bytes;
    while let Some((&kind, tail)) = rest.split_first() {
        rest = tail;
        match kind & 7 {
            0 => now = now.plus(u64::from(kind) * 40),
            1 => session.handle_timeout(now),
            2 if kind & 8 == 0 => session.welcome(welcome(), 1),
            2 => session.transfer(welcome(), 1),
            3 if kind == 0xFB => session.close(CloseCode::Left),
            _ => {
                let (frame, tail) = cut_frame(rest);
                rest = tail;
                let closed = session.handle_frame(now, frame).is_err();
                assert!(!closed || session.is_closed());
            }
        }
        let mut frames_bytes = 0;
        let mut outputs = 0;
        while let Some(output) = session.poll() {
            assert!(!over, "nothing follows the close");
            outputs += 1;
            match output {
                Output::Frame(frame) => frames_bytes += frame.len(),
                Output::Closed(_) => over = true,
                _ => {}
            }
        }
        assert!(outputs <= OUTPUTS_MAX + 2 && frames_bytes <= RELIABLE_BYTES_MAX + 256);
        assert_eq!(over, session.is_closed());
        assert_eq!(session.next_timeout().is_none(), over);
    }
}

/// Any bytes as frames from a server and time passing at one client.
pub fn client(bytes: &[u8]) {
    let mut now = Millis::new(1_000);
    let mut client = Client::new(ClientConfig { repeats: 2, ..ClientConfig::default() });
    let map = Arc::new(Map::flat(64, 64));
    client.set_map(map.clone());
    let mut rest = bytes;
    while let Some((&kind, tail)) = rest.split_first() {
        rest = tail;
        let outcome = match kind & 3 {
            0 => {
                now = now.plus(u64::from(kind));
                Ok(())
            }
            1 if kind & 4 == 0 => {
                client.handle_frame(now, &ServerFrame::Welcome(Box::new(welcome())).to_bytes())
            }
            1 => {
                let moved = ServerFrame::Moved(Box::new(welcome())).to_bytes();
                let outcome = client.handle_frame(now, &moved);
                client.set_map(map.clone());
                outcome
            }
            _ => {
                let (frame, tail) = cut_frame(rest);
                rest = tail;
                client.handle_frame(now, frame)
            }
        };
        if outcome.is_err() {
            return;
        }
        let direction = [kind.cast_signed(), 100];
        client.control(Control { direction, ..Control::default() });
        client.advance(now);
        for figure in client.figures(now) {
            assert!(figure.position.is_finite());
        }
        if let Some(own) = client.own(now) {
            assert!(own.position.is_finite());
        }
        while client.poll().is_some() {}
        while client.next_event().is_some() {}
    }
}

/// A length byte and that many bytes, or what is left.
fn cut_frame(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.split_first() {
        None => (&[], &[]),
        Some((&len, rest)) => rest.split_at(usize::from(len).min(rest.len())),
    }
}

fn welcome() -> Welcome {
    Welcome {
        player: PlayerId::new(7),
        actor: ActorId::new(300),
        name: "Ada".to_owned(),
        zone: ZoneId::new(1),
        epoch: 2,
        tick: Tick::new(1_000),
        content: 0x0123_4567_89AB_CDEF_0011_2233_4455_6677,
        resume: ResumeToken::from_bytes([0xA5; TOKEN_BYTES]),
        sight_metres: 100.0,
        speed: 5.0,
    }
}

/// One frame of every kind, with its name: the start of every corpus and the golden bytes.
#[must_use]
pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let mut list = client_seeds();
    list.extend(server_seeds());
    list.push(("update", told::update_seed(Coding::Tight)));
    list.push(("update_plain", told::update_seed(Coding::Plain)));
    list.push(("state", told::state_seed(Coding::Tight)));
    list.push(("state_plain", told::state_seed(Coding::Plain)));
    list
}

/// Plays for the bodies that take sequences, with the name of the body: the start of their corpora.
#[must_use]
pub fn sequence_seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let of = |body, seeds: Vec<(&'static str, Vec<u8>)>| {
        seeds.into_iter().map(move |(name, bytes)| (body, name, bytes))
    };
    of("exchange", exchange::seeds()).chain(of("states", states::seeds())).collect()
}

fn client_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let version = PROTOCOL_VERSION;
    let guest = guest();
    let token = ResumeKey::new([1; 32]).sign(SessionName { player: PlayerId::new(7), serial: 1 });
    let resume = |kept| Claim::Resume { token, kept };
    let input = Input { direction: [127, -64], buttons: 0, ..Input::default() };
    let numbered = |sequence, meant| NumberedInput { sequence, meant, input };
    let mut inputs = Inputs::new(ShortTick::new(996), numbered(12, ShortTick::new(1_003)));
    inputs.try_add(numbered(11, ShortTick::new(1_002)));
    let target = Some(ActorId::new(77));
    let odd = Input { target, buttons: 3, aim: Some([640, 65_535]), rewind: 4, ..Input::default() };
    let odd = NumberedInput { sequence: 10, meant: ShortTick::new(1_000), input: odd };
    inputs.try_add(odd);
    let ack = Ack { visit: 1, newest: ShortTick::new(996), received: 0xFFFF_0FF7, updates: 40 };
    let mut acknowledging = inputs;
    acknowledging.ack = Some(ack);
    let chat = |channel, to: &str| ClientFrame::Chat {
        channel,
        to: to.to_owned(),
        text: "Hello, valley!".to_owned(),
    };
    let ticket = Ticket::from_bytes([0xA5; TICKET_BYTES]);
    let first = Some(Divergence { tick: ShortTick::new(1_003), part: Part::North });
    let frames = [
        ("hello", ClientFrame::Hello { version, claim: Some(guest) }),
        ("hello_resume", ClientFrame::Hello { version, claim: Some(resume(None)) }),
        (
            "hello_resume_kept",
            ClientFrame::Hello { version, claim: Some(resume(Some(kept(None)))) },
        ),
        (
            "hello_resume_states",
            ClientFrame::Hello { version, claim: Some(resume(Some(kept(Some(ack))))) },
        ),
        ("hello_resume_5", ClientFrame::Hello { version: version - 1, claim: Some(resume(None)) }),
        ("hello_ticket", ClientFrame::Hello { version, claim: Some(Claim::Ticket(ticket)) }),
        ("inputs", ClientFrame::Inputs(inputs)),
        ("inputs_ack", ClientFrame::Inputs(acknowledging)),
        ("chat", chat(1, "")),
        ("chat_whisper", chat(5, "Zoë")),
        ("leave", ClientFrame::Leave),
        ("ping", ClientFrame::Ping { stamp: 0x0102_0304 }),
        ("pong", ClientFrame::Pong { stamp: 1 }),
        ("report", ClientFrame::Report(Report { compared: 200, ..Report::default() })),
        ("report_diverged", ClientFrame::Report(Report { compared: 200, diverged: 1, first })),
    ];
    let mut frames = frames.to_vec();
    frames.extend(
        acts::plain()
            .into_iter()
            .chain(acts::services())
            .map(|(name, act)| (name, ClientFrame::Act(act))),
    );
    frames.extend(verbs().into_iter().map(|(name, verb)| (name, ClientFrame::Party(verb))));
    let encode = |frame: &ClientFrame| {
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        bytes
    };
    frames.iter().map(|(name, frame)| (*name, encode(frame))).collect()
}

fn kept(ack: Option<Ack>) -> Kept {
    let (tick, streamed) = (Tick::new(132_068), Tick::new(132_040));
    Kept { zone: ZoneId::new(3), epoch: 2, tick, streamed, ack }
}

fn guest() -> Claim {
    let (class, faction) = (ClassId::new(4), FactionId::new(3));
    Claim::Guest { name: "Zoë".to_owned(), look: 5, class, faction }
}

fn verbs() -> Vec<(&'static str, PartyVerb)> {
    vec![
        ("party_invite", PartyVerb::Invite(Whom::Name("Bob".to_owned()))),
        ("party_invite_actor", PartyVerb::Invite(Whom::Actor(ActorId::new(300)))),
        ("party_answer", PartyVerb::Answer { yes: true }),
        ("party_leave", PartyVerb::Leave),
        ("party_kick", PartyVerb::Kick(Whom::Actor(ActorId::new(300)))),
        ("party_promote", PartyVerb::Promote(Whom::Name("Bob".to_owned()))),
    ]
}

fn server_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let code = CloseCode::Stopping;
    let frames = [
        ("welcome", ServerFrame::Welcome(Box::new(welcome()))),
        (
            "server_chat",
            ServerFrame::Chat {
                actor: Some(ActorId::new(300)),
                name: "Ada".to_owned(),
                channel: 1,
                sent: false,
                text: "Hi".to_owned(),
            },
        ),
        (
            "server_whisper",
            ServerFrame::Chat {
                actor: None,
                name: "Ada".to_owned(),
                channel: 5,
                sent: true,
                text: "Hi".to_owned(),
            },
        ),
        ("notice", ServerFrame::Notice(crate::session::close::Notice::ChatTooFast)),
        ("server_pong", ServerFrame::Pong { stamp: 0x0102_0304 }),
        ("server_ping", ServerFrame::Ping { stamp: 2 }),
        ("close", ServerFrame::Close { code, sentence: code.sentence().to_owned() }),
        ("resumed", ServerFrame::Resumed(Box::new(welcome()))),
        ("moved", ServerFrame::Moved(Box::new(welcome()))),
        ("party", ServerFrame::Party(party())),
        ("party_none", ServerFrame::Party(Party::default())),
        ("invited", ServerFrame::Invited { name: "Bob".to_owned() }),
    ];
    frames.iter().map(|(name, frame)| (*name, frame.to_bytes())).collect()
}

fn party() -> Party {
    let member = |name: &str, actor, zone| PartyMember {
        name: name.to_owned(),
        actor,
        zone: ZoneId::new(zone),
        level: Level::new(7),
        class: ClassId::new(3),
        share: 128,
        mana_share: 255,
        online: actor.is_some(),
    };
    let members = vec![member("Ada", Some(ActorId::new(300)), 1), member("Bob", None, 10)];
    Party { leader: 1, members }
}
