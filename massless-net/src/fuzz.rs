//! Fuzz bodies: ordinary functions that every build compiles and every test run calls.
//!
//! Each takes arbitrary bytes and panics when a promise is broken; a returned error is fine. Valid
//! inputs to start from come from `seeds`.

use std::sync::Arc;

use massless_core::command::Input;
use massless_core::content::map::Map;
use massless_core::ids::{ActorId, PlayerId, ZoneId};
use massless_core::math::Vec3;
use massless_core::units::{Level, Tick};
use massless_core::view::Kind;
use massless_core::walk::Walker;

use crate::client::{Client, ClientConfig, Control};
use crate::clock::Millis;
use crate::limits::{OUTPUTS_MAX, RELIABLE_BYTES_MAX};
use crate::session::close::CloseCode;
use crate::session::token::{ResumeKey, ResumeToken, SessionName, TOKEN_BYTES};
use crate::session::{Output, Session};
use crate::wire::record::{
    Identity, Track, absolute_bits, delta_bits, plan_delta, write_enter, write_left,
};
use crate::wire::server_frame::id;
use crate::wire::update::{Head, OwnState, UpdateReader, write_count, write_head};
use crate::wire::{
    Claim, ClientFrame, Inputs, NumberedInput, PROTOCOL_VERSION, ServerFrame, ShortTick, Welcome,
    bits,
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
    let previous = OwnState::default();
    if let Ok((_, mut records)) = UpdateReader::open(bytes, &previous, Tick::new(5)) {
        while let Ok(Some(_)) = records.try_next() {}
    }
    let Ok(frame) = ServerFrame::decode(bytes) else { return };
    assert_eq!(ServerFrame::decode(&frame.to_bytes()), Ok(frame));
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
            2 => session.welcome(welcome(), 1),
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
    client.set_map(map);
    let mut rest = bytes;
    while let Some((&kind, tail)) = rest.split_first() {
        rest = tail;
        let outcome = match kind & 3 {
            0 => {
                now = now.plus(u64::from(kind));
                Ok(())
            }
            1 => client.handle_frame(now, &ServerFrame::Welcome(Box::new(welcome())).to_bytes()),
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
    list.push(("update", update_seed()));
    list
}

fn client_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let version = PROTOCOL_VERSION;
    let guest = Claim::Guest { name: "Zoë".to_owned(), look: 5 };
    let token = ResumeKey::new([1; 32]).sign(SessionName { player: PlayerId::new(7), serial: 1 });
    let input = Input { direction: [127, -64], buttons: 0, ..Input::default() };
    let numbered = |sequence, meant| NumberedInput { sequence, meant, input };
    let mut inputs = Inputs::new(ShortTick::new(996), numbered(12, ShortTick::new(1_003)));
    inputs.try_add(numbered(11, ShortTick::new(1_002)));
    let target = Some(ActorId::new(77));
    let odd = Input { target, buttons: 3, ..Input::default() };
    let odd = NumberedInput { sequence: 10, meant: ShortTick::new(1_000), input: odd };
    inputs.try_add(odd);
    let chat = ClientFrame::Chat { channel: 1, text: "Hello, valley!".to_owned() };
    let frames = [
        ("hello", ClientFrame::Hello { version, claim: Some(guest) }),
        ("hello_resume", ClientFrame::Hello { version, claim: Some(Claim::Resume(token)) }),
        ("inputs", ClientFrame::Inputs(inputs)),
        ("chat", chat),
        ("leave", ClientFrame::Leave),
        ("ping", ClientFrame::Ping { stamp: 0x0102_0304 }),
        ("pong", ClientFrame::Pong { stamp: 1 }),
    ];
    let encode = |frame: &ClientFrame| {
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        bytes
    };
    frames.iter().map(|(name, frame)| (*name, encode(frame))).collect()
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
                text: "Hi".to_owned(),
            },
        ),
        ("notice", ServerFrame::Notice(crate::session::close::Notice::ChatTooFast)),
        ("server_pong", ServerFrame::Pong { stamp: 0x0102_0304 }),
        ("server_ping", ServerFrame::Ping { stamp: 2 }),
        ("close", ServerFrame::Close { code, sentence: code.sentence().to_owned() }),
    ];
    frames.iter().map(|(name, frame)| (*name, frame.to_bytes())).collect()
}

/// An update with a record of every kind.
fn update_seed() -> Vec<u8> {
    let tick = Tick::new(1_001);
    let own = OwnState {
        walker: Walker { position: Vec3::new(30.5, 0.0, 31.25), fall_speed: 0.0 },
        applied_sequence: 9,
        applied_now: true,
        speed: 5.0,
        share: 255,
        pose: massless_core::view::Pose::Walking,
    };
    let head = Head { number: 0, tick: ShortTick::of(tick), margin: Some(1), own: Some(own) };
    let track =
        Track { tick, x: 32_000, z: 16_000, velocity_x: 256, share: 255, ..Track::default() };
    let turned = Track { x: 32_256, velocity_x: 0, velocity_z: -256, angle: 9, ..track };
    let identity = |kind, name: &str| Identity {
        actor: ActorId::new(5),
        kind,
        level: Level::new(3),
        name: name.to_owned(),
    };
    let mut out = massless_core::codec::BitWriter::new();
    write_head(&mut out, &head, &OwnState::default());
    let order = write_count(&mut out, 6, 64);
    bits::write_gap(&mut out, 1, order);
    write_enter(&mut out, &identity(Kind::Character { look: 2 }, "Bob"), &track, tick);
    bits::write_gap(&mut out, 0, order);
    let creature = Kind::Creature(massless_core::ids::CreatureId::new(101));
    write_enter(&mut out, &identity(creature, ""), &Track { height: 40, ..track }, tick);
    bits::write_gap(&mut out, 4, order);
    let npc = Kind::Npc(massless_core::ids::NpcId::new(104));
    write_enter(&mut out, &identity(npc, ""), &track, tick);
    bits::write_gap(&mut out, 10, order);
    absolute_bits(&turned, tick).copy_to(&mut out);
    bits::write_gap(&mut out, 3, order);
    let delta = plan_delta(&track, &turned, true).expect("a small change");
    delta_bits(&delta).copy_to(&mut out);
    bits::write_gap(&mut out, 30, order);
    write_left(&mut out);
    let mut bytes = vec![id::UPDATE];
    out.append_to(&mut bytes);
    bytes
}
