//! What a player asks for beside moving and fighting: one line of text, words apart.
//!
//! ```text
//! pickup <actor>          equip <uid>             takeoff <slot>        arrange <from> <to>
//! use <uid>               discard <uid> <count>   spend <s> <d> <i> <v> bar <slot> <empty|skill|item> <id>
//! talk <actor>            take <quest>            handin <quest>        abandon <quest>
//! stop                    invite <name>           answer <yes|no>       leaveparty
//! kick <name>             promote <name>          split <from> <count> <to>
//! buy <item> <count>      sell <uid> <count>      refine <uid> <incense 0|1> <oil 0|1>
//! exchange <recipe>       rank <skill>            resetpoints           travel <zone>
//! deposit <uid>           withdraw <uid>          enlarge
//! trade <actor>           tradeanswer <yes|no>    tradeoffer <coin> <uid>...
//! tradelock               tradeconfirm <own> <other>                    tradecancel
//! sendmail <draft> <coin> <uid>...                claimmail <mail>
//! list <uid> <price>      buylisting <listing> <price>                  unlist <listing>
//! ```

use std::str::FromStr;

use massless_core::character::BarEntry;
use massless_core::command::Act;
use massless_core::content::item::EquipSlot;
use massless_core::ids::{ActorId, ItemId, ItemUid, QuestId, SkillId, ZoneId};
use massless_core::limits::{MAIL_ITEMS_MAX, TRADE_ITEMS_MAX};
use massless_net::wire::{PartyVerb, Whom};

use crate::exchange::{DONE, failed, with_input};
use crate::game::with_client;

/// What a line asks for.
#[derive(Debug, PartialEq)]
enum Wish {
    Act(Act),
    Party(PartyVerb),
}

/// Does what the line in the input says; the zone's answer comes as changed state or an event.
#[unsafe(no_mangle)]
pub extern "C" fn client_act() -> i32 {
    let line = with_input(|bytes| String::from_utf8_lossy(bytes).into_owned());
    match wish_of(&line) {
        Some(Wish::Act(act)) => with_client(|client| client.act(act), ()),
        Some(Wish::Party(verb)) => with_client(|client| client.party_verb(verb), ()),
        None => return failed(format_args!("no act is called so: {line}")),
    }
    DONE
}

fn wish_of(line: &str) -> Option<Wish> {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    if let Some(verb) = party_of(verb, rest) {
        return Some(Wish::Party(verb));
    }
    let mut words = rest.split_ascii_whitespace();
    let act = act_of(verb, &mut words)?;
    words.next().is_none().then_some(Wish::Act(act))
}

fn party_of(verb: &str, rest: &str) -> Option<PartyVerb> {
    let whom = || Whom::Name(rest.to_owned());
    match verb {
        "invite" => Some(PartyVerb::Invite(whom())),
        "answer" => Some(PartyVerb::Answer { yes: rest == "yes" }),
        "leaveparty" => Some(PartyVerb::Leave),
        "kick" => Some(PartyVerb::Kick(whom())),
        "promote" => Some(PartyVerb::Promote(whom())),
        _ => None,
    }
}

fn act_of<'a>(verb: &str, words: &mut impl Iterator<Item = &'a str>) -> Option<Act> {
    Some(match verb {
        "pickup" => Act::PickUp { thing: ActorId::new(number(words)?) },
        "equip" => Act::Equip { item: ItemUid::new(number(words)?) },
        "takeoff" => Act::TakeOff { slot: *EquipSlot::ALL.get(number::<usize>(words)?)? },
        "arrange" => Act::Arrange { from: number(words)?, to: number(words)? },
        "use" => Act::Use { item: ItemUid::new(number(words)?) },
        "discard" => Act::Discard { item: ItemUid::new(number(words)?), quantity: number(words)? },
        "spend" => {
            Act::Spend { points: [number(words)?, number(words)?, number(words)?, number(words)?] }
        }
        "bar" => Act::SetBar { slot: number(words)?, entry: entry(words)? },
        "talk" => Act::Talk { npc: ActorId::new(number(words)?) },
        "take" => Act::TakeQuest { quest: QuestId::new(number(words)?) },
        "handin" => Act::HandIn { quest: QuestId::new(number(words)?) },
        "abandon" => Act::Abandon { quest: QuestId::new(number(words)?) },
        "stop" => Act::Stop,
        _ => return service_of(verb, words),
    })
}

/// What NPCs, partners and the clerk are asked for.
fn service_of<'a>(verb: &str, words: &mut impl Iterator<Item = &'a str>) -> Option<Act> {
    Some(match verb {
        "buy" => Act::Buy { item: ItemId::new(number(words)?), quantity: number(words)? },
        "sell" => Act::Sell { item: ItemUid::new(number(words)?), quantity: number(words)? },
        "refine" => Act::Refine {
            item: ItemUid::new(number(words)?),
            incense: flag(words)?,
            oil: flag(words)?,
        },
        "exchange" => Act::Exchange { recipe: number(words)? },
        "rank" => Act::LearnRank { skill: SkillId::new(number(words)?) },
        "resetpoints" => Act::ResetPoints,
        "travel" => Act::Travel { zone: ZoneId::new(number(words)?) },
        "deposit" => Act::Deposit { item: ItemUid::new(number(words)?) },
        "withdraw" => Act::Withdraw { item: ItemUid::new(number(words)?) },
        "enlarge" => Act::EnlargeStorage,
        "split" => {
            Act::Split { from: number(words)?, quantity: number(words)?, to: number(words)? }
        }
        "trade" => Act::TradeRequest { partner: ActorId::new(number(words)?) },
        "tradeanswer" => Act::TradeAnswer { yes: words.next()? == "yes" },
        "tradeoffer" => {
            let coin = amount(words)?;
            Act::TradeOffer { items: uids(words, TRADE_ITEMS_MAX)?, coin }
        }
        "tradelock" => Act::TradeLock,
        "tradeconfirm" => Act::TradeConfirm { own: number(words)?, other: number(words)? },
        "tradecancel" => Act::TradeCancel,
        "sendmail" => {
            let (draft, coin) = (number(words)?, amount(words)?);
            Act::SendMail { draft, coin, items: uids(words, MAIL_ITEMS_MAX)? }
        }
        "claimmail" => Act::ClaimMail { mail: number(words)? },
        "list" => Act::ListItem { item: ItemUid::new(number(words)?), price: amount(words)? },
        "buylisting" => Act::BuyListing { listing: number(words)?, price: amount(words)? },
        "unlist" => Act::Unlist { listing: number(words)? },
        _ => return None,
    })
}

fn flag<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<bool> {
    match words.next()? {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    }
}

/// Coin, not less than nothing.
fn amount<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<i64> {
    number(words).filter(|&coin| coin >= 0)
}

/// All words that are left, as items.
fn uids<'a>(words: &mut impl Iterator<Item = &'a str>, most: usize) -> Option<Vec<ItemUid>> {
    let uids: Option<Vec<ItemUid>> =
        words.map(|word| word.parse().ok().map(ItemUid::new)).collect();
    uids.filter(|uids| uids.len() <= most)
}

fn number<'a, T: FromStr>(words: &mut impl Iterator<Item = &'a str>) -> Option<T> {
    words.next()?.parse().ok()
}

fn entry<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<BarEntry> {
    let kind = words.next()?;
    let id: u16 = number(words)?;
    match kind {
        "empty" => Some(BarEntry::Empty),
        "skill" => Some(BarEntry::Skill(SkillId::new(id))),
        "item" => Some(BarEntry::Item(ItemId::new(id))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_acts() {
        let equip = Act::Equip { item: ItemUid::new(u64::MAX) };
        assert_eq!(wish_of("equip 18446744073709551615"), Some(Wish::Act(equip)));
        let bar = Act::SetBar { slot: 3, entry: BarEntry::Item(ItemId::new(3_001)) };
        assert_eq!(wish_of("bar 3 item 3001"), Some(Wish::Act(bar)));
        assert_eq!(wish_of("stop"), Some(Wish::Act(Act::Stop)));
        let offer = Act::TradeOffer { items: vec![ItemUid::new(7), ItemUid::new(8)], coin: 50 };
        assert_eq!(wish_of("tradeoffer 50 7 8"), Some(Wish::Act(offer)));
        let nothing = Act::TradeOffer { items: Vec::new(), coin: 0 };
        assert_eq!(wish_of("tradeoffer 0"), Some(Wish::Act(nothing)));
        let refine = Act::Refine { item: ItemUid::new(9), incense: true, oil: false };
        assert_eq!(wish_of("refine 9 1 0"), Some(Wish::Act(refine)));
        let invite = PartyVerb::Invite(Whom::Name("Ana Li".to_owned()));
        assert_eq!(wish_of("invite Ana Li"), Some(Wish::Party(invite)));
    }

    #[test]
    fn what_is_no_act_is_none() {
        for line in [
            "",
            "fly",
            "equip",
            "equip x",
            "arrange 1",
            "stop now",
            "takeoff 8",
            "bar 1 x 2",
            "refine 9 2 0",
            "tradeoffer -1",
            "sendmail 1 0 1 2 3 4 5 6",
        ] {
            assert_eq!(wish_of(line), None, "{line}");
        }
    }
}
