//! The settings as a table: what goes in, what comes out or which sentence.

use figment::Jail;

use super::*;

#[expect(clippy::result_large_err, reason = "the error type of figment's own Jail")]
fn load_with(file: &str, variables: &[(&str, &str)], flags: &Overrides) -> Result<Config, String> {
    let mut result = Err("not run".to_owned());
    Jail::expect_with(|jail| {
        jail.clear_env();
        jail.create_file(FILE_DEFAULT, file)?;
        for (name, value) in variables {
            jail.set_env(name, value);
        }
        result = Config::load(None, flags).map_err(|error| error.to_string());
        Ok(())
    });
    result
}

#[test]
fn nothing_given_is_the_defaults() {
    assert_eq!(load_with("", &[], &Overrides::default()), Ok(Config::default()));
}

#[test]
fn later_sources_win() {
    let file = "[server]\nhttp_port = 4000\ngame_port = 4001\nadmin_port = 4002\n";
    let mut flags = Overrides::default();
    flags.set("server.admin_port", Some(6_002_u16));
    let variables = [
        ("MASSLESS_SERVER_GAME_PORT", "5001"),
        ("MASSLESS_DATA_LOG_HOURS", "7"),
        ("MASSLESS_ZONE_IDS", "[1,10]"),
    ];
    let config = load_with(file, &variables, &flags).expect("valid settings");
    let server = &config.server;
    assert_eq!((server.http_port, server.game_port, server.admin_port), (4_000, 5_001, 6_002));
    assert_eq!(config.data.log_hours, 7);
    assert_eq!(config.zone.ids, [1, 10]);
}

/// A settings file, variables, and parts of the sentence that must come.
type Bad<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);

#[test]
fn bad_settings_name_key_value_and_way_out() {
    let table: &[Bad<'_>] = &[
        ("[server]\nhttp_port = \"abc\"\n", &[], &["`server.http_port`", "abc", "u16"]),
        ("[server]\nhttp_prt = 1\n", &[], &["`server.http_prt`", "http_port"]),
        ("[sever]\nhttp_port = 1\n", &[], &["`sever`", "server"]),
        ("", &[("MASSLESS_SERVER_HTTP_PORT", "70000")], &["`server.http_port`", "70000"]),
        ("", &[("MASSLESS_LOG_FORMAT", "xml")], &["`log.format`", "xml", "json"]),
        ("", &[("MASSLESS_DATA_LOG_HOURS", "0")], &["`data.log_hours`", "0", "1 to 8760"]),
        ("", &[("MASSLESS_DATA_LOG_HOUR", "1")], &["`data.log_hour`", "log_hours"]),
        ("[server]\nhttp_port = 2567\n", &[], &["`server.game_port`", "2567", "of its own"]),
        ("[server\n", &[], &["correct the file"]),
        ("", &[("MASSLESS_SERVER_PUBLIC_GAME_URL", "http://x")], &["public_game_url", "wss://"]),
        ("", &[("MASSLESS_VAULT_DELAY_MS", "60001")], &["`vault.delay_ms`", "0 to 60000"]),
        ("", &[("MASSLESS_ZONE_CHANNELS_MAX", "0")], &["`zone.channels_max`", "1 to 64"]),
        ("[zone]\nopen_channel_at = 0\n", &[], &["`zone.open_channel_at`", "1 to 4096"]),
        (
            "",
            &[("MASSLESS_QUIC_PUBLIC_ADDRESS", "https://x")],
            &["`quic.public_address`", "game.example.org:2567"],
        ),
        ("[quic]\ncertificate_file = \"x.pem\"\n", &[], &["`quic.key_file`", "certificate"]),
        ("", &[("MASSLESS_SERVER_SHUTDOWN_NOTICE", "361")], &["shutdown_notice`", "0 to 360"]),
        ("", &[("MASSLESS_LOG_LEVEL", "a=b=c")], &["`log.level`", "a=b=c", "info"]),
    ];
    for (file, variables, parts) in table {
        let sentence = load_with(file, variables, &Overrides::default()).expect_err("bad setting");
        for part in *parts {
            assert!(sentence.contains(part), "{part:?} is missing in {sentence:?}");
        }
        assert!(!sentence.trim().contains('\n'), "one sentence: {sentence:?}");
    }
}

#[test]
fn a_named_file_must_exist() {
    let error = Config::load(Some(Path::new("no-such-file.toml")), &Overrides::default());
    assert!(error.expect_err("missing").to_string().contains("no-such-file.toml"));
}
