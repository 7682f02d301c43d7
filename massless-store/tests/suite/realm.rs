//! A database of its own for each test, and words for what tests do with it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use massless_core::character::Character;
use massless_core::content::Content;
use massless_core::ids::{ClassId, FactionId, IntentId, PlayerId, ZoneId};
use massless_core::intent::{Answer, Entry, Intent, Reason};
use massless_store::repo::accounts::{self, NewAccount};
use massless_store::repo::characters::{self, NewCharacter};
use massless_store::repo::definitions;
use massless_store::repo::leases::{self, Claim, HostRow, HostState, Lease, Seat};
use massless_store::repo::operations::{Operation, OperationId, Outcome};
use massless_store::{Connection, Store, StoreError, StoreSettings, verify};
use massless_testbed::{Durability, Postgres};

/// The hosts that tests play.
pub(crate) const HOST: &str = "east";
pub(crate) const OTHER_HOST: &str = "west";
/// The zone that characters are in.
pub(crate) const ZONE: ZoneId = ZoneId::new(1);
/// The moment that tests give, Unix milliseconds.
pub(crate) const NOW: i64 = 1_790_000_000_000;

static DATABASES: AtomicU32 = AtomicU32::new(1);

/// The one server of this run; gone with the process.
fn server() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(|| {
        let server = Postgres::start(Durability::Memory);
        server.drop_database(&template());
        let url = server.create_database(&template(), None);
        prepare(&Store::open(&url, StoreSettings::default()).unwrap());
        server
    })
}

/// A server may be shared by several runs.
fn template() -> String {
    format!("massless_test_{}", std::process::id())
}

/// The migrated SQLite file that tests copy.
fn template_file() -> &'static [u8] {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("template.db");
        let store = Store::open(&format!("sqlite:{}", path.display()), StoreSettings::default());
        let store = store.unwrap();
        prepare(&store);
        let flush = "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;";
        store.connect().unwrap().batch(flush).unwrap();
        std::fs::read(path).unwrap()
    })
}

/// A small pool: nothing of a store may stay connected to a template.
fn prepare(store: &Store) {
    store.migrate().unwrap();
    let mut conn = store.connect().unwrap();
    definitions::sync(&mut conn, NOW, &Content::embedded()).unwrap();
    for host in [HOST, OTHER_HOST] {
        let row = HostRow {
            id: host.to_owned(),
            address: "127.0.0.1:1".to_owned(),
            build_hash: "build".to_owned(),
            content_hash: "content".to_owned(),
        };
        leases::enter_host(&mut conn, &row, HostState::Ready).unwrap();
    }
}

/// A store with a database of its own.
pub(crate) struct Realm {
    pub(crate) store: Store,
    pub(crate) url: String,
    pub(crate) content: Arc<Content>,
    /// Epochs of the characters that `HOST` holds.
    held: RefCell<BTreeMap<PlayerId, u64>>,
    operations: Cell<u64>,
    database: Option<String>,
    _folder: Option<tempfile::TempDir>,
}

impl Realm {
    /// Like the template.
    pub(crate) fn postgres() -> Self {
        let name = Self::name();
        let url = server().create_database(&name, Some(&template()));
        Self::new(url, Some(name), None)
    }

    /// Like the template.
    pub(crate) fn sqlite() -> Self {
        let realm = Self::empty_sqlite();
        let path = realm.url.strip_prefix("sqlite:").unwrap();
        std::fs::write(path, template_file()).unwrap();
        realm
    }

    /// Without tables.
    pub(crate) fn empty_postgres() -> Self {
        server();
        let name = Self::name();
        let url = server().create_database(&name, None);
        Self::new(url, Some(name), None)
    }

    /// Without tables.
    pub(crate) fn empty_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("massless.db").display());
        Self::new(url, None, Some(folder))
    }

    /// At an address of its own, prepared.
    pub(crate) fn at(url: &str) -> Self {
        let realm = Self::new(url.to_owned(), None, None);
        prepare(&realm.store);
        realm
    }

    fn name() -> String {
        format!("{}_{}", template(), DATABASES.fetch_add(1, Ordering::Relaxed))
    }

    fn new(url: String, database: Option<String>, folder: Option<tempfile::TempDir>) -> Self {
        let settings = StoreSettings { connections_max: 4, ..StoreSettings::default() };
        Self {
            store: Store::open(&url, settings).unwrap(),
            url,
            content: Content::embedded(),
            held: RefCell::default(),
            operations: Cell::new(1),
            database,
            _folder: folder,
        }
    }

    /// Does something with a connection that must go well.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T, StoreError>) -> T {
        self.store.with(work).unwrap()
    }

    /// What a query brings; its column is `what`.
    pub(crate) fn texts(&self, sql: &str) -> Vec<String> {
        self.with(|conn| conn.texts(sql))
    }

    /// One number.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        let found = self.texts(&format!("SELECT CAST(({sql}) AS TEXT) AS what"));
        found[0].parse().unwrap()
    }

    /// Runs statements as they stand.
    pub(crate) fn batch(&self, sql: &str) {
        self.with(|conn| conn.batch(sql));
    }

    /// A guest's account.
    pub(crate) fn account(&self) -> u64 {
        self.with(|conn| accounts::create(conn, NOW, &NewAccount::Guest))
    }

    /// A warrior that nobody holds.
    pub(crate) fn newborn(&self, name: &str) -> PlayerId {
        let account = self.account();
        let new = newcomer(name);
        self.with(|conn| characters::create(conn, NOW, account, (&self.content, new)))
    }

    /// A warrior in the world, held by `HOST`.
    pub(crate) fn character(&self, name: &str) -> PlayerId {
        let player = self.newborn(name);
        self.claim(player);
        player
    }

    /// `HOST` takes a character over.
    pub(crate) fn claim(&self, player: PlayerId) -> Lease {
        let claim = self.with(|conn| leases::claim(conn, player, seat(HOST), true));
        let Claim::Granted(lease) = claim else { panic!("{claim:?}") };
        self.held.borrow_mut().insert(player, lease.epoch);
        lease
    }

    /// The epoch under which `HOST` believes to hold it.
    pub(crate) fn epoch(&self, player: PlayerId) -> u64 {
        self.held.borrow()[&player]
    }

    pub(crate) fn load(&self, player: PlayerId) -> Character {
        self.with(|conn| characters::load(conn, &self.content, player))
    }

    /// A new intent of a player.
    pub(crate) fn intent(&self, player: PlayerId, reason: Reason, entries: &[Entry]) -> Intent {
        let id = IntentId::new(self.operations.get());
        self.operations.set(id.get() + 1);
        Intent { id, player, reason, thing: None, entries: entries.to_vec() }
    }

    /// An intent as the operation that a host makes of it.
    pub(crate) fn operation<'a>(&self, intent: &'a Intent) -> Operation<'a> {
        let held = self.held.borrow();
        let epochs = intent.parties().into_iter();
        Operation {
            id: OperationId::of_intent(ZONE, 1, 1, intent.id),
            epochs: epochs.filter_map(|who| Some((who, *held.get(&who)?))).collect(),
            intent,
            snapshot: None,
        }
    }

    /// Commits a new intent.
    pub(crate) fn ask(&self, player: PlayerId, reason: Reason, entries: &[Entry]) -> Outcome {
        let intent = self.intent(player, reason, entries);
        let outcomes = self.store.commit(&[self.operation(&intent)]).unwrap();
        outcomes.into_iter().next().unwrap()
    }

    /// Commits a new intent that must go well.
    pub(crate) fn done(&self, player: PlayerId, reason: Reason, entries: &[Entry]) -> Answer {
        match self.ask(player, reason, entries) {
            Outcome::Done(answer) => answer,
            other => panic!("{entries:?}: {other:?}"),
        }
    }

    /// Fails when an invariant is broken.
    pub(crate) fn assert_sound(&self) {
        let violations = self.with(verify::run);
        assert!(violations.is_empty(), "{violations:#?}");
    }
}

impl Drop for Realm {
    fn drop(&mut self) {
        if let Some(name) = &self.database {
            server().drop_database(name);
        }
    }
}

/// Where `host` has its characters.
pub(crate) fn seat(host: &str) -> Seat<'_> {
    Seat { host, zone: ZONE, channel: 1 }
}

/// A warrior of the first faction.
pub(crate) fn newcomer(name: &str) -> NewCharacter<'_> {
    NewCharacter {
        name,
        name_key: name,
        class: ClassId::new(1),
        faction: FactionId::new(1),
        look: 3,
    }
}
