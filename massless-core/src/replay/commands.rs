//! Commands of one tick as bytes.
//!
//! The host's commands are written whole. Inputs, which are nearly all of the traffic, are written
//! as edits of the list of last tick's inputs: whoever sends the same input with the next sequence
//! number is not mentioned. A list that is not in the zone's order (host's first, then one input a
//! player, rising) is written whole.

use super::acts::{read_act, read_answer, write_act, write_answer};
use crate::codec::{CodecError, Reader, Writer};
use crate::command::{Character, Command, Input};
use crate::components::Canonical;
use crate::ids::{ActorId, PartyId, PlayerId};
use crate::limits::{CHARACTERS_MAX, COMMANDS_PER_TICK_MAX};
use crate::math::Vec2;
use crate::units::Facing;

const EDITED: u8 = 0;
const WHOLE: u8 = 1;

/// What happens to one player in the list of inputs.
const GONE: u64 = 0;
const CHANGED: u64 = 1;
const NEW: u64 = 2;

/// The inputs of the tick before, by player.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    inputs: Vec<(PlayerId, u16, Input)>,
    next: Vec<(PlayerId, u16, Input)>,
    edits: Writer,
}

/// Appends a tick's commands and remembers its inputs.
pub(super) fn write(history: &mut History, commands: &[Command], out: &mut Writer) {
    let host_len = commands.iter().take_while(|c| !matches!(c, Command::Input { .. })).count();
    let (host, inputs) = commands.split_at(host_len);
    let ordered = inputs.windows(2).all(|pair| pair[0].player() < pair[1].player())
        && inputs.iter().all(|command| matches!(command, Command::Input { .. }))
        && inputs.len() <= CHARACTERS_MAX;
    if !ordered {
        out.u8(WHOLE);
        out.varint(commands.len() as u64);
        commands.iter().for_each(|command| write_command(command, out));
        history.inputs.clear();
        return;
    }
    out.u8(EDITED);
    out.varint(host.len() as u64);
    host.iter().for_each(|command| write_command(command, out));
    history.next.clear();
    history.next.extend(inputs.iter().filter_map(|command| match *command {
        Command::Input { player, sequence, input } => Some((player, sequence, input)),
        _ => None,
    }));
    write_edits(history, out);
    core::mem::swap(&mut history.inputs, &mut history.next);
}

fn write_edits(history: &mut History, out: &mut Writer) {
    let History { inputs, next, edits } = history;
    edits.clear();
    let (mut count, mut same) = (0_u64, 0_u64);
    let (mut old, mut new) = (inputs.iter().peekable(), next.iter().peekable());
    loop {
        let edit = match (old.peek(), new.peek()) {
            (None, None) => break,
            (Some(&&(left, _, _)), now) if now.is_none_or(|&&(right, _, _)| left < right) => {
                old.next();
                edits.varint(same << 2 | GONE);
                true
            }
            (Some(&&(left, sequence, input)), Some(&&fresh)) if left == fresh.0 => {
                old.next();
                new.next();
                write_change(edits, same, (sequence, input), (fresh.1, fresh.2))
            }
            (_, Some(&&(player, sequence, input))) => {
                new.next();
                edits.varint(same << 2 | NEW);
                edits.varint(player.get());
                edits.u16(sequence);
                write_input(&input, edits);
                true
            }
            (Some(_), None) => unreachable!("the first arm takes what has gone"),
        };
        if edit {
            count += 1;
            same = 0;
        } else {
            same += 1;
        }
    }
    out.varint(count);
    out.raw(edits.as_bytes());
}

/// Writes nothing and returns false when the new input is the expected one.
fn write_change(
    out: &mut Writer,
    same: u64,
    (sequence, input): (u16, Input),
    (now, fresh): (u16, Input),
) -> bool {
    if fresh == input && now == sequence.wrapping_add(1) {
        return false;
    }
    out.varint(same << 2 | CHANGED);
    let mask = u8::from(now != sequence.wrapping_add(1))
        | u8::from(fresh.direction != input.direction) << 1
        | u8::from(fresh.facing != input.facing) << 2
        | u8::from(fresh.buttons != input.buttons) << 3
        | u8::from(fresh.target != input.target) << 4
        | u8::from(fresh.aim != input.aim) << 5
        | u8::from(fresh.rewind != input.rewind) << 6;
    out.u8(mask);
    if mask & 1 != 0 {
        out.u16(now);
    }
    if mask & 2 != 0 {
        fresh.direction.iter().for_each(|part| out.u8(part.cast_unsigned()));
    }
    if mask & 4 != 0 {
        out.u16(fresh.facing.get());
    }
    if mask & 8 != 0 {
        out.u16(fresh.buttons);
    }
    if mask & 16 != 0 {
        write_target(fresh.target, out);
    }
    if mask & 32 != 0 {
        write_aim(fresh.aim, out);
    }
    if mask & 64 != 0 {
        out.u8(fresh.rewind);
    }
    true
}

/// Reads a tick's commands into `commands` and remembers its inputs.
pub(super) fn read(
    history: &mut History,
    reader: &mut Reader<'_>,
    commands: &mut Vec<Command>,
) -> Result<(), CodecError> {
    commands.clear();
    let form = reader.u8()?;
    let count = reader.varint_max(COMMANDS_PER_TICK_MAX as u64 * 2, "command count")?;
    for _ in 0..count {
        commands.push(read_command(reader)?);
    }
    match form {
        WHOLE => {
            history.inputs.clear();
            Ok(())
        }
        EDITED => {
            read_edits(history, reader)?;
            commands.extend(
                history.inputs.iter().map(|&(player, sequence, input)| Command::Input {
                    player,
                    sequence,
                    input,
                }),
            );
            Ok(())
        }
        _ => Err(CodecError::OutOfRange("form of commands")),
    }
}

fn read_edits(history: &mut History, reader: &mut Reader<'_>) -> Result<(), CodecError> {
    let History { inputs, next, .. } = history;
    next.clear();
    let mut old = inputs.iter().copied();
    let follow = |(player, sequence, input): (PlayerId, u16, Input)| {
        (player, sequence.wrapping_add(1), input)
    };
    let count = reader.varint_max(2 * CHARACTERS_MAX as u64, "edit count")?;
    for _ in 0..count {
        let edit = reader.varint()?;
        for _ in 0..edit >> 2 {
            next.push(follow(old.next().ok_or(CodecError::OutOfRange("edit"))?));
        }
        match edit & 3 {
            GONE => {
                old.next().ok_or(CodecError::OutOfRange("edit"))?;
            }
            CHANGED => {
                let before = old.next().ok_or(CodecError::OutOfRange("edit"))?;
                next.push(read_change(follow(before), reader)?);
            }
            NEW => {
                let player = PlayerId::new(reader.varint()?);
                next.push((player, reader.u16()?, read_input(reader)?));
            }
            _ => return Err(CodecError::OutOfRange("edit")),
        }
        if next.len() > CHARACTERS_MAX {
            return Err(CodecError::OutOfRange("edit"));
        }
    }
    next.extend(old.map(follow));
    core::mem::swap(inputs, next);
    Ok(())
}

fn read_change(
    (player, mut sequence, mut input): (PlayerId, u16, Input),
    reader: &mut Reader<'_>,
) -> Result<(PlayerId, u16, Input), CodecError> {
    let mask = reader.u8()?;
    if mask > 127 {
        return Err(CodecError::OutOfRange("input mask"));
    }
    if mask & 1 != 0 {
        sequence = reader.u16()?;
    }
    if mask & 2 != 0 {
        input.direction = [reader.u8()?.cast_signed(), reader.u8()?.cast_signed()];
    }
    if mask & 4 != 0 {
        input.facing = Facing::new(reader.u16()?);
    }
    if mask & 8 != 0 {
        input.buttons = reader.u16()?;
    }
    if mask & 16 != 0 {
        input.target = read_target(reader)?;
    }
    if mask & 32 != 0 {
        input.aim = read_aim(reader)?;
    }
    if mask & 64 != 0 {
        input.rewind = reader.u8()?;
    }
    Ok((player, sequence, input))
}

fn write_target(target: Option<ActorId>, out: &mut Writer) {
    out.varint(target.map_or(0, ActorId::get));
}

fn read_target(reader: &mut Reader<'_>) -> Result<Option<ActorId>, CodecError> {
    let raw = reader.varint()?;
    Ok((raw != 0).then(|| ActorId::new(raw)))
}

fn write_aim(aim: Option<[u16; 2]>, out: &mut Writer) {
    out.bool(aim.is_some());
    aim.unwrap_or_default().iter().for_each(|&part| out.u16(part));
}

fn read_aim(reader: &mut Reader<'_>) -> Result<Option<[u16; 2]>, CodecError> {
    let (aims, place) = (reader.bool()?, [reader.u16()?, reader.u16()?]);
    Ok(aims.then_some(place))
}

fn write_input(input: &Input, out: &mut Writer) {
    input.direction.iter().for_each(|part| out.u8(part.cast_unsigned()));
    out.u16(input.facing.get());
    out.u16(input.buttons);
    write_target(input.target, out);
    write_aim(input.aim, out);
    out.u8(input.rewind);
}

fn read_input(reader: &mut Reader<'_>) -> Result<Input, CodecError> {
    Ok(Input {
        direction: [reader.u8()?.cast_signed(), reader.u8()?.cast_signed()],
        facing: Facing::new(reader.u16()?),
        buttons: reader.u16()?,
        target: read_target(reader)?,
        aim: read_aim(reader)?,
        rewind: reader.u8()?,
    })
}

/// Numbers of commands in a log; never reused.
mod tag {
    pub(super) const JOIN: u8 = 1;
    pub(super) const LEAVE: u8 = 2;
    pub(super) const DETACH: u8 = 3;
    pub(super) const ATTACH: u8 = 4;
    pub(super) const INPUT: u8 = 5;
    pub(super) const PLACE: u8 = 6;
    pub(super) const ACT: u8 = 7;
    pub(super) const PARTY: u8 = 8;
    pub(super) const SECRET: u8 = 9;
    pub(super) const ANSWER: u8 = 10;
    pub(super) const REMOVE: u8 = 11;
}

fn write_command(command: &Command, out: &mut Writer) {
    let number = match command {
        Command::Join { .. } => tag::JOIN,
        Command::Leave { .. } => tag::LEAVE,
        Command::Detach { .. } => tag::DETACH,
        Command::Attach { .. } => tag::ATTACH,
        Command::Input { .. } => tag::INPUT,
        Command::Place { .. } => tag::PLACE,
        Command::Remove { .. } => tag::REMOVE,
        Command::Act { .. } => tag::ACT,
        Command::Party { .. } => tag::PARTY,
        Command::Secret { .. } => tag::SECRET,
        Command::Answer { .. } => tag::ANSWER,
    };
    out.u8(number);
    out.varint(command.player().get());
    match command {
        Command::Join { character, .. } => character.put(out),
        Command::Leave { .. }
        | Command::Detach { .. }
        | Command::Attach { .. }
        | Command::Remove { .. } => {}
        Command::Input { sequence, input, .. } => {
            out.u16(*sequence);
            write_input(input, out);
        }
        Command::Place { place, .. } => {
            out.f32(place.x);
            out.f32(place.y);
        }
        Command::Act { act, .. } => write_act(act, out),
        Command::Party { party, .. } => out.varint(party.map_or(0, PartyId::get)),
        Command::Secret { word } => out.u64(*word),
        Command::Answer { intent, answer } => write_answer(*intent, answer, out),
    }
}

fn read_command(reader: &mut Reader<'_>) -> Result<Command, CodecError> {
    let number = reader.u8()?;
    let player = PlayerId::new(reader.varint()?);
    Ok(match number {
        tag::JOIN => Command::Join { player, character: Box::new(Character::get(reader)?) },
        tag::LEAVE => Command::Leave { player },
        tag::DETACH => Command::Detach { player },
        tag::ATTACH => Command::Attach { player },
        tag::REMOVE => Command::Remove { player },
        tag::INPUT => {
            Command::Input { player, sequence: reader.u16()?, input: read_input(reader)? }
        }
        tag::PLACE => Command::Place { player, place: Vec2::new(reader.f32()?, reader.f32()?) },
        tag::ACT => Command::Act { player, act: read_act(reader)? },
        tag::PARTY => {
            let party = reader.varint()?;
            Command::Party { player, party: (party != 0).then(|| PartyId::new(party)) }
        }
        tag::SECRET => Command::Secret { word: reader.u64()? },
        tag::ANSWER => read_answer(reader)?,
        _ => return Err(CodecError::OutOfRange("command")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn input(player: u64, sequence: u16, east: i8) -> Command {
        let rewind = east.unsigned_abs() % 5;
        let input = Input { direction: [east, 0], rewind, ..Input::default() };
        Command::Input { player: PlayerId::new(player), sequence, input }
    }

    #[test]
    fn walking_on_costs_three_bytes_a_tick_for_everybody() {
        let mut history = History::default();
        let tick = |sequence| (1..=1_000).map(|p| input(p, sequence, 9)).collect::<Vec<_>>();
        write(&mut history, &tick(1), &mut Writer::new());
        let mut out = Writer::new();
        write(&mut history, &tick(2), &mut out);
        assert_eq!(out.len(), 3);
    }

    fn ticks() -> impl Strategy<Value = Vec<Vec<Command>>> {
        let step = proptest::collection::btree_map(1_u64..12, (0_u16..3, -1_i8..2), 0..12);
        proptest::collection::vec((step, any::<bool>(), any::<bool>()), 1..12).prop_map(|ticks| {
            let mut all = Vec::new();
            for (number, (inputs, leaves, disorder)) in (0_u16..).zip(ticks) {
                let mut commands = Vec::new();
                if leaves {
                    commands.push(Command::Leave { player: PlayerId::new(3) });
                }
                commands.extend(inputs.into_iter().map(|(player, (jump, east))| {
                    input(player, number + u16::from(jump == 2), east)
                }));
                if disorder {
                    commands.push(Command::Detach { player: PlayerId::new(1) });
                }
                all.push(commands);
            }
            all
        })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(ticks in ticks()) {
            let (mut writing, mut reading) = (History::default(), History::default());
            for commands in &ticks {
                let mut out = Writer::new();
                write(&mut writing, commands, &mut out);
                let mut reader = Reader::new(out.as_bytes());
                let mut found = Vec::new();
                read(&mut reading, &mut reader, &mut found).expect("it was just written");
                prop_assert_eq!(reader.finish(), Ok(()));
                prop_assert_eq!(&found, commands);
            }
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut commands = Vec::new();
            let _ = read(&mut History::default(), &mut Reader::new(&bytes), &mut commands);
        }
    }
}
