//! Builds what stands between the world and what outlives it: store, Redis, accounts, the interface.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use anyhow::Context as _;
use massless_core::content::Content;
use massless_store::shared::{Local, Redis, Shared};
use massless_store::{Backend, Store, StoreSettings};

use crate::accounts::Accounts;
use crate::accounts::keys::{KeyRing, KeySource, Text};
use crate::accounts::token::Tokens;
use crate::admin::{self, Console, History, Orders};
use crate::board::Board;
use crate::chat::{self, Talk, TalkParts};
use crate::commands::WrongUse;
use crate::config::{Auth, Config, Secret};
use crate::drain::Wishes;
use crate::http::Site;
use crate::limits::{
    CALLS_WAITING_MAX, CONSOLE_CALLS_WAITING_MAX, CONSOLE_THREADS, HASHES_WAITING_MAX,
};
use crate::presence::Presence;
use crate::registry::Registry;
use crate::rest::Api;
use crate::scenario::Scenario;
use crate::staff::Staff;
use crate::wiring::Plan;
use crate::workers::{Workers, WorkersSettings};
use crate::{boards, caretaker, record};

/// What outlives the world, and the threads that wait for it.
pub(super) struct Services {
    /// The database.
    pub(super) store: Store,
    /// What hosts share.
    pub(super) shared: Arc<dyn Shared>,
    /// Who may log in.
    pub(super) accounts: Arc<Accounts>,
    /// Threads that ask the database.
    calls: Workers,
    /// Threads that hash passwords.
    hashes: Workers,
    /// This host's name among those that share a database.
    pub(super) host: String,
    /// Whether guests may play.
    pub(super) has_guests: bool,
    /// Whether a name alone is enough to join.
    pub(super) has_names: bool,
    /// Whether there is anything but the game: false in the reference scenes.
    pub(super) is_open: bool,
    /// Threads that work by themselves until their sender is gone.
    threads: Vec<(Sender<()>, JoinHandle<()>)>,
    talk: Option<(Talk, JoinHandle<()>)>,
}

/// Opens what the settings name and brings the database up to date. The reference scenes need
/// neither: for them nothing is dialled, and the interface is closed but for where the game is.
pub(super) fn open(config: &Config, scenario: Scenario) -> anyhow::Result<Services> {
    let data = &config.data.dir;
    let store = Store::open(&config.store.database(data), StoreSettings::default());
    let store = store.context("DATABASE_URL")?;
    let is_open = scenario == Scenario::Play;
    if is_open {
        prepare(&store)?;
    }
    let shared: Arc<dyn Shared> = match config.store.redis_url.as_ref().filter(|_| is_open) {
        Some(url) => Arc::new(Redis::open(url.show()).context("REDIS_URL")?),
        None => Arc::new(Local::new()),
    };
    let host = host_name(config)?;
    let auth = &config.auth;
    let ring = KeyRing::new(key_source(auth, data)?);
    let tokens = Tokens::new(ring, auth.issuer.clone(), auth.audience.clone());
    let accounts = Arc::new(Accounts::new(store.clone(), tokens, host.clone()));
    let has_guests = auth.guests.unwrap_or(store.backend() == Backend::Sqlite);
    let has_names = auth.names.unwrap_or(has_guests);
    let calls = Workers::start(WorkersSettings {
        name: "calls",
        threads: config.rest.workers,
        queue_max: CALLS_WAITING_MAX,
        is_low: false,
    })?;
    let hashes = Workers::start(WorkersSettings {
        name: "hashes",
        threads: auth.hash_threads,
        queue_max: HASHES_WAITING_MAX,
        is_low: true,
    })?;
    Ok(Services {
        store,
        shared,
        accounts,
        calls,
        hashes,
        host,
        has_guests,
        has_names,
        is_open,
        threads: Vec::new(),
        talk: None,
    })
}

impl Services {
    /// What calls of the interface need.
    pub(super) fn api(
        &self,
        config: &Config,
        site: &Arc<Site>,
        (content, talk): (&Arc<Content>, &Talk),
    ) -> Arc<Api> {
        Arc::new(Api {
            site: Arc::clone(site),
            accounts: Arc::clone(&self.accounts),
            shared: Arc::clone(&self.shared),
            content: Arc::clone(content),
            staff: self.staff(talk),
            calls: self.calls.clone(),
            hashes: self.hashes.clone(),
            has_guests: self.has_guests,
            is_open: self.is_open,
            limits: config.limits.clone(),
            settings: config.rest.clone(),
        })
    }

    /// Who obeys the staff.
    fn staff(&self, talk: &Talk) -> Staff {
        let (store, shared) = (self.store.clone(), Arc::clone(&self.shared));
        Staff { store, shared, talk: talk.clone() }
    }

    /// What the administration's port takes orders with.
    pub(super) fn orders(
        &self,
        data: &Path,
        talk: &Talk,
        drain: Wishes,
    ) -> std::io::Result<Orders> {
        let (staff, workers) = (self.staff(talk), self.calls.clone());
        Ok(Orders { staff, workers, token: admin::make_token(data)?, drain })
    }

    /// What the staff's pages need.
    pub(super) fn console(
        &self,
        plan: &Plan,
        (site, orders): (&Arc<Site>, &Orders),
    ) -> std::io::Result<Arc<Console>> {
        let threads = Workers::start(WorkersSettings {
            name: "console",
            threads: CONSOLE_THREADS,
            queue_max: CONSOLE_CALLS_WAITING_MAX,
            is_low: true,
        })?;
        Ok(Arc::new(Console {
            store: self.store.clone(),
            shared: Arc::clone(&self.shared),
            content: Arc::clone(&plan.content),
            site: Arc::clone(site),
            board: Arc::clone(&site.board),
            data: plan.config.data.dir.clone(),
            orders: orders.clone(),
            history: History::default(),
            settings: plan.settings.clone(),
            threads,
            hashes: self.hashes.clone(),
            is_open: self.is_open,
            explained: Mutex::default(),
        }))
    }

    /// Starts the thread of talk and the host's heartbeat.
    pub(super) fn start(
        &mut self,
        registry: &Arc<Registry>,
        board: &Arc<Board>,
        server_name: &str,
    ) -> std::io::Result<Talk> {
        let parts = TalkParts {
            registry: Arc::clone(registry),
            shared: Arc::clone(&self.shared),
            store: self.is_open.then(|| self.store.clone()),
            host: self.host.clone(),
            server_name: server_name.to_owned(),
        };
        let (talk, thread) = chat::spawn(parts)?;
        registry.set_talk(talk.clone());
        self.talk = Some((talk.clone(), thread));
        let presence = Presence {
            registry: Arc::clone(registry),
            board: Arc::clone(board),
            shared: Arc::clone(&self.shared),
            host: self.host.clone(),
        };
        self.threads.push(spawn("presence", move |stop| presence.run(stop))?);
        if self.is_open {
            let (store, shared) = (self.store.clone(), Arc::clone(&self.shared));
            let host = self.host.clone();
            let keep = move |stop: &Receiver<()>| boards::keep(&store, &shared, &host, stop);
            self.threads.push(spawn("boards", keep)?);
            let (store, accounts) = (self.store.clone(), Arc::clone(&self.accounts));
            let care = move |stop: &Receiver<()>| caretaker::run(&store, &accounts, stop);
            self.threads.push(spawn("caretaker", care)?);
        }
        Ok(talk)
    }

    /// Ends the threads that work by themselves.
    pub(super) fn stop(&mut self) {
        let (stops, threads): (Vec<_>, Vec<_>) = self.threads.drain(..).unzip();
        drop(stops);
        for thread in threads {
            let _ = thread.join();
        }
        if let Some((talk, thread)) = self.talk.take() {
            talk.stop();
            let _ = thread.join();
        }
    }
}

/// Makes sure that the tables are those of this build.
fn prepare(store: &Store) -> anyhow::Result<()> {
    let applied = store.migrate().context("the database cannot be brought up to date")?;
    if !applied.is_empty() {
        tracing::info!(count = applied.len(), "the database was brought up to date");
    }
    Ok(())
}

/// A thread that works until its sender is gone.
fn spawn(
    name: &str,
    work: impl FnOnce(&Receiver<()>) + Send + 'static,
) -> std::io::Result<(Sender<()>, JoinHandle<()>)> {
    let (stop, stopped) = channel();
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || work(&stopped))?;
    Ok((stop, thread))
}

/// Where the keys of access tokens come from.
pub(super) fn key_source(auth: &Auth, data: &Path) -> Result<KeySource, WrongUse> {
    let text = |given: &Option<Secret>, file: &Option<String>| {
        let here = given.as_ref().map(|text| Text::Here(text.show().to_owned()));
        here.or_else(|| file.as_ref().map(|path| Text::File(path.into())))
    };
    let public = text(&auth.public_key, &auth.public_key_file);
    match text(&auth.private_key, &auth.private_key_file) {
        Some(private) => Ok(KeySource::Given { private, public }),
        None if public.is_some() => {
            let sentence = "JWT_PUBLIC_KEY is set but JWT_PRIVATE_KEY is not; a host signs tokens, \
                so set both, or neither and let the host make a pair in its data folder";
            Err(WrongUse(sentence.to_owned()))
        }
        None => Ok(KeySource::Folder(data.join("keys"))),
    }
}

/// The host's name among those that share a database: the setting, else drawn once.
fn host_name(config: &Config) -> anyhow::Result<String> {
    if let Some(name) = &config.store.host {
        return Ok(name.clone());
    }
    let path = config.data.dir.join("host.id");
    if let Ok(name) = std::fs::read_to_string(&path) {
        return Ok(name.trim().to_owned());
    }
    let name = format!("host-{:08x}", getrandom::u32().context("the system has no randomness")?);
    record::write_durably(&path, &[name.as_bytes()]).context("host.id cannot be written")?;
    Ok(name)
}
