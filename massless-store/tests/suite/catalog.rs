//! The migrations go up and down, and `schema.rs` says what both databases have then.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use massless_store::Backend;

use crate::realm::Realm;

/// Where the printed tables belong.
const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/schema.rs");

fn up_and_down(realm: &Realm) {
    let pending = realm.store.pending_migrations().unwrap();
    assert!(pending.len() >= 6, "{pending:?}");
    assert_eq!(realm.store.migrate().unwrap().len(), pending.len());
    assert_eq!(realm.store.pending_migrations().unwrap(), Vec::<String>::new());
    let first = print(realm);
    for left in (0..pending.len()).rev() {
        realm.store.revert_last().unwrap();
        let missing = realm.store.pending_migrations().unwrap();
        assert_eq!(missing.len(), pending.len() - left);
    }
    assert_eq!(print(realm), print_empty(), "nothing stays");
    assert!(realm.store.revert_last().is_err());
    realm.store.migrate().unwrap();
    assert_eq!(print(realm), first, "up again is the same");
    assert_eq!(realm.store.migrate().unwrap(), Vec::<String>::new());
}

#[test]
fn migrations_go_up_down_and_up_on_postgres() {
    up_and_down(&Realm::empty_postgres());
}

#[test]
fn migrations_go_up_down_and_up_on_sqlite() {
    up_and_down(&Realm::empty_sqlite());
}

/// To print it anew: `PRINT_SCHEMA=1 cargo test -p massless-store schema_rs`.
#[test]
fn schema_rs_is_what_both_databases_have() {
    let (postgres, sqlite) = (print(&Realm::postgres()), print(&Realm::sqlite()));
    assert_eq!(postgres, sqlite, "the two have the same tables");
    if std::env::var_os("PRINT_SCHEMA").is_some() {
        std::fs::write(SCHEMA, &postgres).unwrap();
    }
    let kept = std::fs::read_to_string(SCHEMA).unwrap();
    assert!(kept == postgres, "schema.rs is not what the migrations make");
}

/// One column: name, type in diesel's words, part of the key at which place.
type Column = (String, String, Option<usize>);

fn print(realm: &Realm) -> String {
    let mut out = String::from(HEAD);
    let tables = columns(realm);
    for (table, columns) in &tables {
        let mut key: Vec<_> = columns.iter().filter(|column| column.2.is_some()).collect();
        key.sort_by_key(|column| column.2);
        let key: Vec<&str> = key.iter().map(|column| column.0.as_str()).collect();
        writeln!(out, "diesel::table! {{\n    {table} ({}) {{", key.join(", ")).unwrap();
        for (name, kind, _) in columns {
            writeln!(out, "        {name} -> {kind},").unwrap();
        }
        out.push_str("    }\n}\n\n");
    }
    for (table, to, column) in joins(realm) {
        writeln!(out, "diesel::joinable!({table} -> {to} ({column}));").unwrap();
    }
    out.push_str("\ndiesel::allow_tables_to_appear_in_same_query!(\n");
    tables.keys().for_each(|table| writeln!(out, "    {table},").unwrap());
    out.push_str(");\n");
    out
}

fn print_empty() -> String {
    format!("{HEAD}\ndiesel::allow_tables_to_appear_in_same_query!(\n);\n")
}

const HEAD: &str = "\
//! The tables as both databases have them after all migrations. Printed from their catalogs by
//! `massless-store/tests/suite/catalog.rs`, which compares; never edited by hand.

";

fn columns(realm: &Realm) -> BTreeMap<String, Vec<Column>> {
    let sql = match realm.store.backend() {
        Backend::Postgres => {
            "SELECT col.table_name || '|' || col.column_name || '|' || col.data_type || '|' || \
             (col.is_nullable = 'NO')::int || '|' || coalesce((SELECT array_position(key.conkey, \
               att.attnum) FROM pg_constraint AS key JOIN pg_attribute AS att \
               ON att.attrelid = key.conrelid AND att.attname = col.column_name \
               WHERE key.contype = 'p' AND key.conrelid = col.table_name::regclass), 0) AS what \
             FROM information_schema.columns AS col \
             WHERE col.table_schema = current_schema() AND col.table_name NOT LIKE '\\_\\_%' \
             ORDER BY col.table_name, col.ordinal_position"
        }
        Backend::Sqlite => {
            "SELECT it.name || '|' || col.name || '|' || CASE WHEN col.pk = 1 AND it.sql \
               LIKE '%AUTOINCREMENT%' THEN 'BIGINT' ELSE col.type END || '|' || \
               (col.\"notnull\" OR col.pk > 0) || '|' || col.pk AS what \
             FROM sqlite_schema AS it JOIN pragma_table_info(it.name) AS col \
             WHERE it.type = 'table' AND it.name NOT LIKE 'sqlite%' AND it.name NOT LIKE '\\_\\_%' \
               ESCAPE '\\' ORDER BY it.name, col.cid"
        }
    };
    let mut tables: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for line in realm.texts(sql) {
        let parts: Vec<&str> = line.split('|').collect();
        let kind = match parts[2].to_lowercase().as_str() {
            "bigint" => "BigInt",
            "integer" => "Integer",
            "smallint" => "SmallInt",
            "text" => "Text",
            "bytea" | "blob" => "Binary",
            "boolean" => "Bool",
            other => panic!("{line}: both databases must know the type {other}"),
        };
        let kind = if parts[3] == "1" { kind.to_owned() } else { format!("Nullable<{kind}>") };
        let place = parts[4].parse().unwrap();
        let key = (place > 0).then_some(place);
        tables.entry(parts[0].to_owned()).or_default().push((parts[1].to_owned(), kind, key));
    }
    tables
}

/// Foreign keys of one column, where a table has one to the other and not to itself.
fn joins(realm: &Realm) -> Vec<(String, String, String)> {
    let sql = match realm.store.backend() {
        Backend::Postgres => {
            "SELECT this.relname || '|' || that.relname || '|' || att.attname \
               || '|' || array_length(key.conkey, 1) AS what FROM pg_constraint AS key \
             JOIN pg_class AS this ON this.oid = key.conrelid \
             JOIN pg_class AS that ON that.oid = key.confrelid \
             JOIN pg_attribute AS att ON att.attrelid = key.conrelid AND att.attnum = key.conkey[1] \
             WHERE key.contype = 'f' AND key.connamespace = current_schema()::regnamespace"
        }
        Backend::Sqlite => {
            "SELECT it.name || '|' || key.\"table\" || '|' || key.\"from\" || '|' || \
               (SELECT count(*) FROM pragma_foreign_key_list(it.name) AS part \
                WHERE part.id = key.id) AS what \
             FROM sqlite_schema AS it JOIN pragma_foreign_key_list(it.name) AS key \
             WHERE it.type = 'table' AND key.seq = 0"
        }
    };
    let mut keys: BTreeMap<(String, String), Vec<(String, String)>> = BTreeMap::new();
    for line in realm.texts(sql) {
        let parts: Vec<String> = line.split('|').map(str::to_owned).collect();
        let [table, to, column, count] = <[String; 4]>::try_from(parts).unwrap();
        keys.entry((table, to)).or_default().push((column, count));
    }
    let single = keys
        .into_iter()
        .filter(|((table, to), columns)| table != to && columns.len() == 1 && columns[0].1 == "1");
    single.map(|((table, to), mut columns)| (table, to, columns.remove(0).0)).collect()
}

#[test]
fn every_foreign_key_says_what_happens_when_it_is_deleted_and_has_an_index() {
    let realm = Realm::postgres();
    let silent = realm.texts(
        "SELECT conrelid::regclass || ' ' || conname AS what FROM pg_constraint \
         WHERE contype = 'f' AND confdeltype NOT IN ('r', 'c', 'n')",
    );
    assert_eq!(silent, Vec::<String>::new());
    let unindexed = realm.texts(
        "SELECT key.conrelid::regclass || ' ' || key.conname AS what FROM pg_constraint AS key \
         WHERE key.contype = 'f' AND key.confdeltype <> 'r' AND NOT EXISTS ( \
           SELECT 1 FROM pg_index AS ix WHERE ix.indrelid = key.conrelid \
             AND ix.indkey[0] = key.conkey[1])",
    );
    assert_eq!(unindexed, Vec::<String>::new(), "deleting what they name would read whole tables");
}
