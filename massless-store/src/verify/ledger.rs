//! I1 to I5: coin.

use super::Check;

pub(super) const CHECKS: [Check; 5] = [
    Check {
        invariant: "I1",
        sql: "SELECT 'operation ' || {hex(}entry.tx_id{)hex} || ' sums to ' || sum(entry.delta) \
                || ' in currency ' || coalesce(account.currency, 1) AS what \
              FROM ledger_entry AS entry \
              LEFT JOIN ledger_account AS account ON account.id = entry.account_id \
              GROUP BY entry.tx_id, coalesce(account.currency, 1) HAVING sum(entry.delta) <> 0",
    },
    Check {
        invariant: "I2",
        sql: "SELECT 'account ' || account.id || ' has ' || account.balance || ' at version ' \
                || account.version || ', its entries say ' || coalesce(entry.total, 0) || ' and ' \
                || coalesce(entry.lines, 0) AS what \
              FROM ledger_account AS account LEFT JOIN ( \
                SELECT account_id, sum(delta) AS total, count(*) AS lines \
                FROM ledger_entry GROUP BY account_id) AS entry ON entry.account_id = account.id \
              WHERE account.balance <> coalesce(entry.total, 0) \
                OR account.version <> coalesce(entry.lines, 0)",
    },
    Check {
        invariant: "I3",
        sql: "SELECT 'account ' || account_id || ' at version ' || account_version \
                || ' goes from ' || before || ' by ' || delta || ' to ' || balance_after AS what \
              FROM ( \
                SELECT account_id, account_version, delta, balance_after, \
                  lag(balance_after, 1, 0) OVER steps AS before, \
                  lag(account_version, 1, 0) OVER steps AS last \
                FROM ledger_entry \
                WINDOW steps AS (PARTITION BY account_id ORDER BY account_version)) AS step \
              WHERE balance_after <> before + delta OR account_version <> last + 1",
    },
    Check {
        invariant: "I4",
        sql: "SELECT 'account ' || id || ' has ' || balance AS what FROM ledger_account \
              WHERE kind IN (1, 2) AND balance < 0 OR kind = 1 AND balance > 2000000000",
    },
    Check {
        invariant: "I5",
        sql: "SELECT 'currency ' || currency || ' sums to ' || sum(balance) AS what \
              FROM ledger_account GROUP BY currency HAVING sum(balance) <> 0",
    },
];
