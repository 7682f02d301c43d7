//! After the step: what the keeper is shown of the characters here. What gained something is saved within a
//! second, what only moved or was hurt every five; each at a tick of its own.

use std::collections::BTreeMap;

use massless_core::command::Character;
use massless_core::ids::PlayerId;
use massless_core::math::Vec3;
use massless_core::units::Tick;
use massless_core::view::View;

use super::Runner;
use super::obey::character_in;
use crate::limits::{SAVE_SOON_TICKS, SAVE_TICKS};

/// What was saved of a character last.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Mark {
    revision: u32,
    position: Vec3,
    hit_points: u32,
    mana: u32,
}

/// What was saved of all characters here.
#[derive(Debug, Default)]
pub(super) struct Marks(BTreeMap<PlayerId, Mark>);

impl Marks {
    /// Whether the character is to be saved in this tick; then it counts as saved.
    fn take_due(&mut self, view: &View, index: usize, tick: Tick) -> bool {
        let entry = &view.players[index];
        let phase = tick.get().wrapping_add(entry.player.get());
        if !phase.is_multiple_of(SAVE_SOON_TICKS) {
            return false;
        }
        let mark = Mark {
            revision: view.sheets[index].revision,
            position: view.position[entry.index as usize],
            hit_points: entry.hit_points,
            mana: entry.mana,
        };
        let last = self.0.get(&entry.player);
        let has_gained = last.is_none_or(|last| last.revision != mark.revision);
        let has_changed = last != Some(&mark) && phase.is_multiple_of(SAVE_TICKS);
        if has_gained || has_changed {
            self.0.insert(entry.player, mark);
        }
        has_gained || has_changed
    }
}

impl Runner {
    /// Hands those to the keeper that are due.
    pub(super) fn save_due(&mut self, tick: Tick) {
        let Some(keeper) = &self.parts.keeper else { return };
        let view = self.parts.zone.view();
        for index in 0..view.players.len() {
            if self.marks.take_due(view, index, tick) {
                keeper.save(view.players[index].player, tick.get(), &character_in(view, index));
            }
        }
    }

    /// Hands over what is left of somebody whose body is gone.
    pub(super) fn save_left(&mut self, player: PlayerId, character: &Character) {
        self.marks.0.remove(&player);
        if let Some(keeper) = &self.parts.keeper {
            keeper.save(player, self.parts.zone.tick().get(), character);
        }
    }

    /// Somebody's body is here from now on.
    pub(super) fn note_seat(&self, player: PlayerId) {
        if let Some(keeper) = &self.parts.keeper {
            keeper.moved(player, self.parts.channel);
        }
    }

    /// Hands over all that are here.
    pub(super) fn save_all(&self) {
        let Some(keeper) = &self.parts.keeper else { return };
        let view = self.parts.zone.view();
        for (index, entry) in view.players.iter().enumerate() {
            keeper.save(entry.player, view.tick.get(), &character_in(view, index));
        }
    }
}
