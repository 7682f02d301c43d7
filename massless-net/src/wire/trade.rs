//! The trade that a client is in, as a section of an update.
//!
//! ```text
//! is 1 (0: there is none any more) | stage 2 | partner number | ends span | own offer | other offer
//! offer: revision 16 | locked 1 | confirmed 1 | coin number | items 4, each as in the sheet
//! ```

use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::ids::{ActorId, PlayerId};
use massless_core::limits::{COIN_MAX, TRADE_ITEMS_MAX};
use massless_core::units::{Tick, Ticks};
use massless_core::view::{Offer, TradeStage, TradeView};

use super::bits;
use super::sheet::{read_item, write_item};

/// Writes a trade, or that there is none, at a tick.
pub fn write_trade(out: &mut BitWriter, trade: Option<&TradeView>, tick: Tick) {
    out.bool(trade.is_some());
    let Some(trade) = trade else { return };
    out.bits(trade.stage as u64, 2);
    bits::write_number(out, trade.partner.get());
    bits::write_span(out, u64::from(trade.ends.since(tick).get()));
    write_offer(out, &trade.own);
    write_offer(out, &trade.other);
}

fn write_offer(out: &mut BitWriter, offer: &Offer) {
    out.bits(u64::from(offer.revision), 16);
    out.bool(offer.is_locked);
    out.bool(offer.is_confirmed);
    bits::write_number(out, offer.coin.clamp(0, COIN_MAX).cast_unsigned());
    let items = &offer.items[..offer.items.len().min(TRADE_ITEMS_MAX)];
    out.bits(items.len() as u64, 4);
    items.iter().for_each(|item| write_item(out, Some(item)));
}

/// Reads what `write_trade` wrote for this player. Its version is not told: it is 0.
pub fn read_trade(
    bits: &mut BitReader<'_>,
    player: PlayerId,
    tick: Tick,
) -> Result<Option<TradeView>, CodecError> {
    if !bits.bool()? {
        return Ok(None);
    }
    let stage = TradeStage::ALL[bits.bits(2)? as usize];
    let partner = ActorId::new(bits::read_number(bits)?);
    let ends = tick + Ticks::new(bits::read_span(bits)?);
    let (own, other) = (read_offer(bits)?, read_offer(bits)?);
    Ok(Some(TradeView { player, version: 0, partner, stage, ends, own, other }))
}

fn read_offer(bits: &mut BitReader<'_>) -> Result<Offer, CodecError> {
    let revision = bits.bits(16)? as u16;
    let (is_locked, is_confirmed) = (bits.bool()?, bits.bool()?);
    let coin = bits::read_number(bits)?.cast_signed();
    let count = bits.bits(4)? as usize;
    if coin > COIN_MAX || count > TRADE_ITEMS_MAX {
        return Err(CodecError::OutOfRange("offer"));
    }
    let mut items = Vec::with_capacity(count);
    for _ in 0..count {
        items.push(read_item(bits)?.ok_or(CodecError::OutOfRange("offered item"))?);
    }
    Ok(Offer { items, coin, revision, is_locked, is_confirmed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_core::character::Item;
    use massless_core::ids::{ItemId, ItemUid};
    use proptest::prelude::*;

    fn offers() -> impl Strategy<Value = Offer> {
        let item = (1_u64..1 << 62, any::<u16>(), 0_u8..5, 0_u8..10, any::<u16>());
        let item = item.prop_map(|(uid, id, rarity, upgrade, quantity)| Item {
            uid: ItemUid::new(uid),
            definition: ItemId::new(id),
            rarity,
            upgrade,
            quantity,
            bound: false,
        });
        let items = proptest::collection::vec(item, 0..=TRADE_ITEMS_MAX);
        let rest = (0..=COIN_MAX, any::<u16>(), any::<bool>(), any::<bool>());
        (items, rest).prop_map(|(items, (coin, revision, is_locked, is_confirmed))| Offer {
            items,
            coin,
            revision,
            is_locked,
            is_confirmed,
        })
    }

    proptest! {
        #[test]
        fn trades_round_trip(
            (own, other) in (offers(), offers()),
            (stage, partner, ticks) in (0_usize..4, 1_u64..1 << 40, 0_u32..3_000),
        ) {
            let (player, tick) = (PlayerId::new(7), Tick::new(100));
            let (partner, stage) = (ActorId::new(partner), TradeStage::ALL[stage]);
            let ends = tick + Ticks::new(ticks);
            let trade = TradeView { player, version: 0, partner, stage, ends, own, other };
            let mut out = BitWriter::new();
            write_trade(&mut out, Some(&trade), tick);
            write_trade(&mut out, None, tick);
            let bytes = out.take();
            let mut reader = BitReader::new(&bytes);
            prop_assert_eq!(read_trade(&mut reader, player, tick), Ok(Some(trade)));
            prop_assert_eq!(read_trade(&mut reader, player, tick), Ok(None));
        }
    }
}
