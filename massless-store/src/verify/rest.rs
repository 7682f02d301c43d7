//! I6 to I14: items, the outbox, places, epochs, snapshots, what is on its way.

use super::Check;

/// Kinds of operations that move items and neither make nor destroy any: arrange, storage, trade, mail,
/// claim, list, buy, unlist, return, run out.
macro_rules! moving_kinds {
    () => {
        "(6, 17, 18, 19, 20, 21, 22, 23, 100, 102)"
    };
}

pub(super) const CHECKS: [Check; 16] = [
    Check {
        invariant: "I6",
        sql: "SELECT 'item ' || item.id || ' is not what its last event says' AS what FROM item \
              LEFT JOIN item_event AS event ON event.item_id = item.id AND event.version = ( \
                SELECT max(version) FROM item_event AS newest WHERE newest.item_id = item.id) \
              WHERE event.item_id IS NULL OR event.version <> item.version \
                OR event.to_kind <> item.owner_kind OR event.to_id <> item.owner_id \
                OR event.quantity_after <> item.quantity OR event.upgrade_after <> item.upgrade",
    },
    Check {
        invariant: "I7",
        sql: "SELECT 'item ' || item_id || ' at version ' || version || ' does not go on' AS what \
              FROM ( \
                SELECT item_id, version, from_kind, from_id, quantity_delta, quantity_after, \
                  lag(version, 1, 0) OVER steps AS last, lag(to_kind) OVER steps AS was_kind, \
                  lag(to_id) OVER steps AS was_id, lag(quantity_after, 1, 0) OVER steps AS had \
                FROM item_event WINDOW steps AS (PARTITION BY item_id ORDER BY version)) AS step \
              WHERE version <> last + 1 OR quantity_after <> had + quantity_delta \
                OR last = 0 AND from_kind <> 7 \
                OR last > 0 AND (from_kind <> was_kind OR from_id <> was_id)",
    },
    Check {
        invariant: "I8",
        sql: "SELECT 'operation ' || {hex(}tx.id{)hex} || ' has no line in the outbox' AS what \
              FROM ledger_tx AS tx LEFT JOIN outbox AS line ON line.tx_id = tx.id \
              WHERE line.seq IS NULL",
    },
    Check {
        invariant: "I8",
        sql: "SELECT 'line ' || seq || ' of the outbox was passed over' AS what FROM outbox \
              WHERE published_at IS NULL AND created_at < {now} - 60000 \
                AND seq < (SELECT max(seq) FROM outbox WHERE published_at IS NOT NULL)",
    },
    Check {
        invariant: "I9",
        sql: "SELECT 'of ' || def.id || ' there are ' || coalesce(live.pieces, 0) || ', ' \
                || coalesce(made.pieces, 0) || ' were made and not destroyed' AS what \
              FROM item_def AS def \
              LEFT JOIN (SELECT def_id, sum(quantity) AS pieces FROM item GROUP BY def_id) AS live \
                ON live.def_id = def.id \
              LEFT JOIN ( \
                SELECT item.def_id, sum(event.quantity_delta) AS pieces FROM item_event AS event \
                JOIN item ON item.id = event.item_id GROUP BY item.def_id) AS made \
                ON made.def_id = def.id \
              WHERE coalesce(live.pieces, 0) <> coalesce(made.pieces, 0)",
    },
    Check {
        invariant: "I9",
        sql: concat!(
            "SELECT 'operation ' || {hex(}tx.id{)hex} || ' moves ' || item.def_id || ' and makes ' \
               || sum(event.quantity_delta) AS what \
             FROM item_event AS event JOIN ledger_tx AS tx ON tx.id = event.tx_id \
             JOIN item ON item.id = event.item_id WHERE tx.kind IN ",
            moving_kinds!(),
            " GROUP BY tx.id, item.def_id HAVING sum(event.quantity_delta) <> 0"
        ),
    },
    Check {
        invariant: "I10",
        sql: "SELECT 'character ' || owner_id || ' has ' || count(*) || ' items in place ' || area \
                || ':' || slot AS what FROM item WHERE owner_kind = 1 AND slot IS NOT NULL \
              GROUP BY owner_id, area, slot HAVING count(*) > 1",
    },
    Check {
        invariant: "I10",
        sql: "SELECT 'item ' || item.id || ' is of ' || item.owner_id || ', who is not there' AS what \
              FROM item LEFT JOIN character AS owner \
                ON owner.id = item.owner_id AND owner.purged_at IS NULL \
              WHERE item.owner_kind = 1 AND owner.id IS NULL",
    },
    Check {
        invariant: "I11",
        sql: "SELECT 'operation ' || {hex(}tx.id{)hex} || ' of ' || tx.actor_id || ' names epoch ' \
                || tx.actor_epoch || ', which was not the current one' AS what \
              FROM ledger_tx AS tx \
              LEFT JOIN lease_history AS held \
                ON held.character_id = tx.actor_id AND held.epoch = tx.actor_epoch \
              LEFT JOIN lease_history AS next \
                ON next.character_id = tx.actor_id AND next.epoch = tx.actor_epoch + 1 \
              WHERE tx.actor_epoch IS NOT NULL AND (held.epoch IS NULL \
                OR tx.created_at < held.since OR tx.created_at > next.since \
                OR held.host_id <> tx.actor_host)",
    },
    Check {
        invariant: "I12",
        sql: "SELECT 'operation ' || {hex(}tx.id{)hex} || ' answered with ' \
                || {json(}tx.result{)json} || ' new items, made ' || count(event.item_id) AS what \
              FROM ledger_tx AS tx LEFT JOIN item_event AS event \
                ON event.tx_id = tx.id AND event.from_kind = 7 \
              GROUP BY tx.id, tx.result HAVING {json(}tx.result{)json} <> count(event.item_id)",
    },
    Check {
        invariant: "I13",
        sql: "SELECT 'snapshot ' || shot.seq || ' of ' || shot.character_id \
                || ' is ahead of its lease' AS what \
              FROM character_snapshot AS shot \
              LEFT JOIN character_lease AS lease ON lease.character_id = shot.character_id \
              WHERE shot.seq > coalesce(lease.snapshot_seq, 0) \
                OR shot.epoch > coalesce(lease.epoch, 0)",
    },
    Check {
        invariant: "I14",
        sql: "SELECT 'for ' || account.owner_id || ' wait ' || account.balance || ', letters hold ' \
                || coalesce(letter.coin, 0) AS what FROM ledger_account AS account \
              LEFT JOIN (SELECT recipient_id, sum(coin) AS coin FROM mail GROUP BY recipient_id) \
                AS letter ON letter.recipient_id = account.owner_id \
              WHERE account.kind = 2 AND account.balance <> coalesce(letter.coin, 0)",
    },
    Check {
        invariant: "I14",
        sql: "SELECT 'letter ' || mail.id || ' holds coin, but nothing waits for ' \
                || mail.recipient_id AS what FROM mail LEFT JOIN ledger_account AS account \
                ON account.kind = 2 AND account.owner_id = mail.recipient_id \
              WHERE mail.coin > 0 AND account.id IS NULL",
    },
    Check {
        invariant: "I14",
        sql: "SELECT 'item ' || item.id || ' is in letter ' || item.owner_id || ', which is closed' \
                AS what FROM item LEFT JOIN mail ON mail.id = item.owner_id \
                AND mail.deleted_at IS NULL AND mail.claimed_at IS NULL \
              WHERE item.owner_kind = 4 AND mail.id IS NULL",
    },
    Check {
        invariant: "I14",
        sql: "SELECT 'item ' || item.id || ' is in offer ' || item.owner_id || ', which is closed' \
                AS what FROM item LEFT JOIN listing \
                ON listing.id = item.owner_id AND listing.state = 1 AND listing.item_id = item.id \
              WHERE item.owner_kind = 5 AND listing.id IS NULL",
    },
    Check {
        invariant: "I14",
        sql: "SELECT 'offer ' || listing.id || ' does not have what it offers' AS what FROM listing \
              LEFT JOIN item ON item.id = listing.item_id AND item.owner_kind = 5 \
                AND item.owner_id = listing.id WHERE listing.state = 1 AND item.id IS NULL",
    },
];
