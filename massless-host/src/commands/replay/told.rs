//! Commands, events and intents of a tick as lines for people: as they are, but for characters, of
//! which a line holds only who it is.

use massless_core::command::{Character, Command};
use massless_core::event::Event;

/// One command.
pub(super) fn command(command: &Command) -> String {
    match command {
        Command::Join { player, character } => {
            format!("Join {{ player: {player}, {} }}", who(character))
        }
        other => format!("{other:?}"),
    }
}

/// One event.
pub(super) fn event(event: &Event) -> String {
    match event {
        Event::Left { player, actor, character, exit } => {
            let who = who(character);
            format!("Left {{ player: {player}, actor: {actor}, exit: {exit:?}, {who} }}")
        }
        other => format!("{other:?}"),
    }
}

fn who(character: &Character) -> String {
    let Character { name, level, place, sheet, .. } = character;
    let items = sheet.bag.iter().chain(&sheet.worn).flatten().count();
    let place = place.map_or_else(|| "the arrival".to_owned(), |place| place.to_string());
    format!(
        "name: {name}, class: {}, faction: {}, level: {}, items: {items}, coin: {}, place: {place}",
        sheet.class,
        sheet.faction,
        level.get(),
        sheet.coin
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_core::ids::PlayerId;

    #[test]
    fn a_character_is_told_in_one_short_line() {
        let character = Box::new(Character::plain("Anna", 1));
        let line = command(&Command::Join { player: PlayerId::new(5), character });
        assert!(line.contains("player: 5") && line.contains("name: Anna"), "{line}");
        assert!(line.len() < 200 && !line.contains("bag"), "{line}");
        let line = command(&Command::Secret { word: 7 });
        assert_eq!(line, "Secret { word: 7 }");
    }
}
