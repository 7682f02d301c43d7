//! Sessions over an ideal pipe: handshake, inputs, limits, resume and close.

use massless_core::command::Input;
use massless_core::content::item::EquipSlot;
use massless_core::ids::{ActorId, ClassId, FactionId, PlayerId, ZoneId};
use massless_core::units::Tick;

use super::ticket::Ticket;
use super::token::ResumeToken;
use super::*;
use crate::error::WireError;
use crate::wire::version::PROTOCOL_VERSION_OLDEST;
use crate::wire::{Ack, Coding, Kept, NumberedInput, PROTOCOL_VERSION, PartyVerb, ShortTick};

const SERIAL: u64 = 5;

fn key() -> ResumeKey {
    ResumeKey::new([7; 32])
}

fn at(millis: u64) -> Millis {
    Millis::new(millis)
}

fn bytes(frame: &ClientFrame) -> Vec<u8> {
    let mut out = Vec::new();
    frame.encode(&mut out);
    out
}

fn hello(name: &str) -> ClientFrame {
    let (class, faction) = (ClassId::new(2), FactionId::new(3));
    let claim = Some(Claim::Guest { name: name.to_owned(), look: 3, class, faction });
    ClientFrame::Hello { version: PROTOCOL_VERSION, claim }
}

fn welcome() -> Welcome {
    Welcome {
        player: PlayerId::new(1),
        actor: ActorId::new(2),
        name: "Ada".to_owned(),
        zone: ZoneId::new(1),
        epoch: 1,
        tick: Tick::new(10),
        content: 99,
        resume: ResumeToken::from_bytes([0; token::TOKEN_BYTES]),
        sight_metres: 50.0,
        speed: 5.0,
    }
}

fn playing() -> Session {
    let mut session = Session::new(at(0), key());
    session.handle_frame(at(0), &bytes(&hello("Ada"))).unwrap();
    let (name, class, faction) = ("Ada".to_owned(), ClassId::new(2), FactionId::new(3));
    assert_eq!(session.poll(), Some(Output::Join { name, look: 3, class, faction }));
    session.welcome(welcome(), SERIAL);
    assert!(matches!(session.poll(), Some(Output::Frame(_))));
    assert_eq!(session.poll(), None);
    session
}

fn closed_with(session: &mut Session) -> CloseCode {
    let mut last = None;
    while let Some(output) = session.poll() {
        last = Some(output);
    }
    match last {
        Some(Output::Closed(code)) => code,
        other => panic!("not closed but {other:?}"),
    }
}

fn input(sequence: u16) -> NumberedInput {
    NumberedInput { sequence, meant: ShortTick::new(sequence), input: Input::default() }
}

fn inputs(newest: u16, repeats: u16) -> ClientFrame {
    let mut inputs = Inputs::new(ShortTick::new(0), input(newest));
    for back in 1..=repeats {
        assert!(inputs.try_add(input(newest.wrapping_sub(back))));
    }
    ClientFrame::Inputs(inputs)
}

fn sequences(session: &mut Session) -> Vec<u16> {
    let mut list = Vec::new();
    while let Some(output) = session.poll() {
        if let Output::Input { sequence, .. } = output {
            list.push(sequence);
        }
    }
    list
}

#[test]
fn a_welcome_carries_a_token_that_resumes() {
    let mut session = Session::new(at(0), key());
    session.handle_frame(at(0), &bytes(&hello("Ada"))).unwrap();
    session.poll();
    session.welcome(welcome(), SERIAL);
    let Some(Output::Frame(frame)) = session.poll() else { panic!("no frame") };
    let ServerFrame::Welcome(welcome) = ServerFrame::decode(&frame).unwrap() else {
        panic!("no welcome")
    };
    let mut second = Session::new(at(0), key());
    let claim = Some(Claim::Resume { token: welcome.resume, kept: None });
    second
        .handle_frame(at(1), &bytes(&ClientFrame::Hello { version: PROTOCOL_VERSION, claim }))
        .unwrap();
    let name = SessionName { player: PlayerId::new(1), serial: SERIAL };
    assert_eq!(second.poll(), Some(Output::Resume { name, kept: None }));
    assert!(!second.is_playing());
}

#[test]
fn a_forged_token_is_refused() {
    let mut session = Session::new(at(0), key());
    let forged = ResumeKey::new([8; 32]).sign(SessionName { player: PlayerId::new(1), serial: 1 });
    let claim = Some(Claim::Resume { token: forged, kept: None });
    let frame = ClientFrame::Hello { version: PROTOCOL_VERSION, claim };
    let error = session.handle_frame(at(0), &bytes(&frame));
    assert_eq!(error, Err(SessionError::Closed(CloseCode::ResumeRefused)));
    assert_eq!(closed_with(&mut session), CloseCode::ResumeRefused);
}

#[test]
fn another_version_is_told_so_whatever_follows_it() {
    let mut session = Session::new(at(0), key());
    let mut frame = bytes(&ClientFrame::Hello { version: 9, claim: None });
    frame.extend_from_slice(b"from the future");
    assert!(session.handle_frame(at(0), &frame).is_err());
    assert_eq!(closed_with(&mut session), CloseCode::Version);
}

#[test]
fn bad_names_early_inputs_and_garbage_close_with_their_code() {
    let cases: [(Vec<u8>, CloseCode); 5] = [
        (bytes(&hello("x1")), CloseCode::BadName),
        (bytes(&inputs(1, 0)), CloseCode::Unexpected),
        (vec![0xFF, 1, 2], CloseCode::Malformed),
        (Vec::new(), CloseCode::Malformed),
        (vec![0x03; 5_000], CloseCode::Malformed),
    ];
    for (frame, code) in cases {
        let mut session = Session::new(at(0), key());
        assert!(session.handle_frame(at(0), &frame).is_err());
        assert_eq!(closed_with(&mut session), code);
        assert_eq!(session.next_timeout(), None);
        assert_eq!(session.handle_frame(at(1), &bytes(&hello("Ada"))), Ok(()));
        assert_eq!(session.poll(), None);
    }
}

#[test]
fn silence_ends_every_state() {
    let mut greeting = Session::new(at(0), key());
    greeting.handle_timeout(at(4_999));
    assert_eq!(greeting.poll(), None);
    greeting.handle_timeout(at(5_000));
    assert_eq!(closed_with(&mut greeting), CloseCode::HandshakeTimeout);

    let mut admitting = Session::new(at(0), key());
    admitting.handle_frame(at(100), &bytes(&hello("Ada"))).unwrap();
    admitting.handle_timeout(at(10_100));
    assert_eq!(closed_with(&mut admitting), CloseCode::AdmissionTimeout);

    let mut session = playing();
    for (due, pings) in [(10_000, 1), (20_000, 1)] {
        assert_eq!(session.next_timeout(), Some(at(due)));
        session.handle_timeout(at(due));
        let frames = std::iter::from_fn(|| session.poll()).count();
        assert_eq!(frames, pings);
    }
    session.handle_timeout(at(30_000));
    assert_eq!(closed_with(&mut session), CloseCode::Silent);
}

#[test]
fn a_frame_calls_the_ping_off() {
    let mut session = playing();
    session.handle_timeout(at(10_000));
    session.handle_frame(at(12_000), &bytes(&ClientFrame::Pong { stamp: 1 })).unwrap();
    assert_eq!(session.next_timeout(), Some(at(22_000)));
}

#[test]
fn every_input_passes_once_and_in_order() {
    let mut session = playing();
    session.handle_frame(at(1), &bytes(&inputs(10, 2))).unwrap();
    assert_eq!(sequences(&mut session), [8, 9, 10]);
    session.handle_frame(at(2), &bytes(&inputs(11, 2))).unwrap();
    assert_eq!(sequences(&mut session), [11]);
    session.handle_frame(at(3), &bytes(&inputs(14, 2))).unwrap();
    session.handle_frame(at(4), &bytes(&inputs(13, 2))).unwrap();
    assert_eq!(sequences(&mut session), [12, 13, 14]);
}

#[test]
fn sequences_pass_the_end_of_their_numbers() {
    let mut session = playing();
    session.handle_frame(at(1), &bytes(&inputs(u16::MAX, 1))).unwrap();
    session.handle_frame(at(2), &bytes(&inputs(1, 2))).unwrap();
    assert_eq!(sequences(&mut session), [u16::MAX - 1, u16::MAX, 0, 1]);
}

#[test]
fn a_flood_is_dropped_then_cut() {
    let mut session = playing();
    let mut passed = 0;
    let mut frames = 0_u16;
    while !session.is_closed() {
        frames += 1;
        let _ = session.handle_frame(at(1), &bytes(&inputs(frames, 0)));
        passed += sequences(&mut session).len();
        assert!(frames < 1_000, "never cut");
    }
    assert_eq!(passed, 60);
    // The bucket, and half a minute of a line that stalled.
    assert_eq!(frames, 60 + 540 + 1);
}

#[test]
fn talk_too_fast_is_refused_and_outputs_stay_bounded() {
    let mut session = playing();
    for _ in 0..=CHAT_BURST {
        let (to, text) = (String::new(), "hi".to_owned());
        let line = ClientFrame::Chat { channel: 1, to, text };
        session.handle_frame(at(1), &bytes(&line)).unwrap();
    }
    let outputs: Vec<Output> = std::iter::from_fn(|| session.poll()).collect();
    assert_eq!(outputs.iter().filter(|o| matches!(o, Output::Chat { .. })).count(), 20);
    let notice = ServerFrame::Notice(Notice::ChatTooFast).to_bytes();
    assert!(outputs.contains(&Output::Frame(notice)));

    for _ in 0..10_000 {
        session.send_chat(&[0x43; 300]);
    }
    assert_eq!(closed_with(&mut session), CloseCode::SlowReader);
}

#[test]
fn every_prefix_of_every_frame_is_refused() {
    let token = key().sign(SessionName { player: PlayerId::new(1), serial: 1 });
    let resumed = |kept| Some(Claim::Resume { token, kept });
    let ack = Some(Ack { newest: ShortTick::new(40), received: 5, ..Ack::default() });
    let (tick, streamed) = (Tick::new(40), Tick::new(39));
    let kept = Kept { zone: ZoneId::new(1), epoch: 3, tick, streamed, ack };
    let ticket = Ticket::from_bytes([7; 32]);
    let frames = [
        hello("Zoë"),
        ClientFrame::Hello { version: PROTOCOL_VERSION, claim: resumed(None) },
        ClientFrame::Hello { version: PROTOCOL_VERSION, claim: resumed(Some(kept)) },
        ClientFrame::Hello { version: PROTOCOL_VERSION_OLDEST, claim: resumed(None) },
        inputs(3, 2),
        ClientFrame::Chat { channel: 1, to: String::new(), text: "Hello".to_owned() },
        ClientFrame::Chat { channel: 5, to: "Zoë".to_owned(), text: "Hello".to_owned() },
        ClientFrame::Hello { version: PROTOCOL_VERSION, claim: Some(Claim::Ticket(ticket)) },
        ClientFrame::Ping { stamp: u32::MAX },
        ClientFrame::Pong { stamp: u32::MAX },
    ];
    for frame in frames {
        let whole = bytes(&frame);
        assert_eq!(ClientFrame::decode(&whole).as_ref(), Ok(&frame));
        for len in 0..whole.len() {
            assert!(ClientFrame::decode(&whole[..len]).is_err(), "{frame:?} cut to {len}");
        }
        let mut longer = whole.clone();
        longer.push(0);
        assert!(matches!(ClientFrame::decode(&longer), Err(WireError::Field { .. })));
    }
}

#[test]
fn leaving_waits_for_the_body() {
    let mut session = playing();
    session.handle_frame(at(1), &bytes(&ClientFrame::Leave)).unwrap();
    assert_eq!(session.poll(), Some(Output::Leave));
    session.handle_frame(at(2), &bytes(&inputs(1, 0))).unwrap();
    assert_eq!(session.poll(), None);
    assert!(session.is_playing(), "updates go on until the body is gone");
    session.close(CloseCode::Left);
    assert_eq!(closed_with(&mut session), CloseCode::Left);
}

#[test]
fn acts_and_party_verbs_are_handed_on_in_order_and_only_while_playing() {
    let mut session = Session::new(at(0), key());
    let act = ClientFrame::Act(Act::Stop);
    assert_eq!(
        session.handle_frame(at(0), &bytes(&act)),
        Err(SessionError::Closed(CloseCode::Unexpected))
    );
    let mut session = playing();
    session.handle_frame(at(0), &bytes(&ClientFrame::Party(PartyVerb::Leave))).unwrap();
    session.handle_frame(at(0), &bytes(&act)).unwrap();
    assert_eq!(session.poll(), Some(Output::Party(PartyVerb::Leave)));
    assert_eq!(session.poll(), Some(Output::Act(Act::Stop)));
    assert_eq!(session.poll(), None);
}

#[test]
fn acts_that_move_items_are_sixty_a_minute_and_refused_ones_are_told() {
    let mut session = playing();
    let act = bytes(&ClientFrame::Act(Act::TakeOff { slot: EquipSlot::Head }));
    let (mut taken, mut told) = (0, 0);
    for millis in 0..60_000 {
        if millis % 100 == 0 {
            session.handle_frame(at(millis), &act).unwrap();
        }
        while let Some(output) = session.poll() {
            match output {
                Output::Act(_) => taken += 1,
                Output::Frame(frame) => {
                    assert_eq!(frame, ServerFrame::Notice(Notice::ItemsTooFast).to_bytes());
                    told += 1;
                }
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!((taken, told), (79, 521));
    // What moves no items has its own, wider bucket.
    let stop = bytes(&ClientFrame::Act(Act::Stop));
    session.handle_frame(at(60_000), &stop).unwrap();
    assert_eq!(session.poll(), Some(Output::Act(Act::Stop)));
}

#[test]
fn a_version_of_before_is_turned_away() {
    let mut session = Session::new(at(0), key());
    let frame = bytes(&ClientFrame::Hello { version: PROTOCOL_VERSION_OLDEST - 1, claim: None });
    let closed = Err(SessionError::Closed(CloseCode::Version));
    assert_eq!(session.handle_frame(at(0), &frame), closed);
}

#[test]
fn a_change_of_zone_carries_a_token_that_resumes() {
    let mut session = playing();
    session.transfer(welcome(), SERIAL + 1);
    let Some(Output::Frame(frame)) = session.poll() else { panic!("no frame") };
    let Ok(ServerFrame::Moved(moved)) = ServerFrame::decode(&frame) else { panic!("not moved") };
    let name = SessionName { player: moved.player, serial: SERIAL + 1 };
    assert_eq!(key().verify(&moved.resume), Some(name));
    assert!(session.is_playing());
}

#[test]
fn who_talks_by_datagram_and_leaves_the_stream_unread_is_closed() {
    let ping = |frame: &[u8]| match ServerFrame::decode(frame) {
        Ok(ServerFrame::Ping { stamp }) => stamp,
        other => panic!("no ping but {other:?}"),
    };
    let mut session = playing();
    session.watch_reading(at(0), true);
    let (mut sequence, mut asked, mut closed) = (0, Vec::new(), None);
    for millis in (50..30_000).step_by(50) {
        sequence += 1;
        if session.handle_frame(at(millis), &bytes(&inputs(sequence, 0))).is_err() {
            closed = Some(millis);
            break;
        }
        while let Some(output) = session.poll() {
            let Output::Frame(frame) = output else { continue };
            asked.push(millis);
            // For ten seconds it reads.
            if millis < 10_000 {
                let pong = ClientFrame::Pong { stamp: ping(&frame) };
                session.handle_frame(at(millis), &bytes(&pong)).unwrap();
            }
        }
        let owes = asked.last().filter(|_| millis >= 10_000).map_or(0, |asked| millis - asked);
        assert!(session.unread_millis(at(millis)) <= owes);
    }
    assert_eq!(closed_with(&mut session), CloseCode::SlowReader);
    assert_eq!(asked.len(), 10, "{asked:?}");
    assert!(closed.is_some_and(|closed| closed < 17_000), "{closed:?}");
}

#[test]
fn who_is_not_watched_or_acknowledges_updates_is_not_asked() {
    for is_watched in [false, true] {
        let mut session = playing();
        if is_watched {
            session.watch_reading(at(0), true);
        }
        for (sequence, millis) in (1..).zip((50..60_000_u64).step_by(50)) {
            let mut inputs = Inputs::new(ShortTick::new(0), input(sequence));
            // Updates are few: one in 0.8 s.
            inputs.ack = Some(Ack { updates: (millis / 800) as u8, ..Ack::default() });
            session.handle_frame(at(millis), &bytes(&ClientFrame::Inputs(inputs))).unwrap();
            let frames = std::iter::from_fn(|| session.poll());
            assert_eq!(frames.filter(|output| matches!(output, Output::Frame(_))).count(), 0);
        }
    }
}

#[test]
fn motion_is_told_as_the_version_of_the_hello_knows_it() {
    for (version, coding) in
        [(PROTOCOL_VERSION, Coding::Tight), (PROTOCOL_VERSION_OLDEST, Coding::Plain)]
    {
        let mut session = Session::new(at(0), key());
        let ticket = Ticket::from_bytes([7; 32]);
        let hello = ClientFrame::Hello { version, claim: Some(Claim::Ticket(ticket)) };
        session.handle_frame(at(1), &bytes(&hello)).unwrap();
        assert_eq!(session.coding(), coding, "version {version}");
    }
}
