//! One act of every kind, for seeds.

use massless_core::character::BarEntry;
use massless_core::command::Act;
use massless_core::content::item::EquipSlot;
use massless_core::ids::{ActorId, ItemId, ItemUid, QuestId, SkillId, ZoneId};

/// What a player does by itself.
pub(super) fn plain() -> Vec<(&'static str, Act)> {
    let item = ItemUid::new(70_000);
    let quest = QuestId::new(2);
    let entry = BarEntry::Skill(SkillId::new(101));
    vec![
        ("act_pick_up", Act::PickUp { thing: ActorId::new(501) }),
        ("act_equip", Act::Equip { item }),
        ("act_take_off", Act::TakeOff { slot: EquipSlot::Ring }),
        ("act_arrange", Act::Arrange { from: 44, to: 3 }),
        ("act_use", Act::Use { item }),
        ("act_discard", Act::Discard { item, quantity: 20 }),
        ("act_spend", Act::Spend { points: [3, 0, 255, 1] }),
        ("act_set_bar", Act::SetBar { slot: 9, entry }),
        ("act_set_bar_item", Act::SetBar { slot: 0, entry: BarEntry::Item(ItemId::new(2_001)) }),
        ("act_talk", Act::Talk { npc: ActorId::new(12) }),
        ("act_take_quest", Act::TakeQuest { quest }),
        ("act_hand_in", Act::HandIn { quest }),
        ("act_abandon", Act::Abandon { quest }),
        ("act_stop", Act::Stop),
    ]
}

/// What NPCs, partners and the clerk are asked for.
pub(super) fn services() -> Vec<(&'static str, Act)> {
    let (item, id) = (ItemUid::new(70_000), 4_000_000);
    let items = vec![item, ItemUid::new(70_001)];
    vec![
        ("act_buy", Act::Buy { item: ItemId::new(3_001), quantity: 20 }),
        ("act_sell", Act::Sell { item, quantity: 3 }),
        ("act_refine", Act::Refine { item, incense: true, oil: false }),
        ("act_exchange", Act::Exchange { recipe: 1 }),
        ("act_learn_rank", Act::LearnRank { skill: SkillId::new(101) }),
        ("act_reset_points", Act::ResetPoints),
        ("act_travel", Act::Travel { zone: ZoneId::new(10) }),
        ("act_deposit", Act::Deposit { item }),
        ("act_withdraw", Act::Withdraw { item }),
        ("act_enlarge_storage", Act::EnlargeStorage),
        ("act_split", Act::Split { from: 3, quantity: 5, to: 44 }),
        ("act_trade_request", Act::TradeRequest { partner: ActorId::new(501) }),
        ("act_trade_answer", Act::TradeAnswer { yes: true }),
        ("act_trade_offer", Act::TradeOffer { items: items.clone(), coin: 1_500 }),
        ("act_trade_lock", Act::TradeLock),
        ("act_trade_confirm", Act::TradeConfirm { own: 3, other: 65_535 }),
        ("act_trade_cancel", Act::TradeCancel),
        ("act_send_mail", Act::SendMail { draft: id, coin: 10, items }),
        ("act_claim_mail", Act::ClaimMail { mail: id }),
        ("act_list_item", Act::ListItem { item, price: 100_000_000 }),
        ("act_buy_listing", Act::BuyListing { listing: id, price: 1 }),
        ("act_unlist", Act::Unlist { listing: id }),
    ]
}
