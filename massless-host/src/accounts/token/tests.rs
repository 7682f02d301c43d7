//! The negative table: everything a token can be but good.

use std::sync::OnceLock;

use jsonwebtoken::{EncodingKey, encode};

use super::*;
use crate::accounts::keyfolder;
use crate::accounts::keys::{KeySource, Text};

const NOW: u64 = 1_900_000_000;

/// Two key pairs, made once for all tests: it takes a while.
fn pairs() -> &'static [String; 2] {
    static PAIRS: OnceLock<[String; 2]> = OnceLock::new();
    PAIRS.get_or_init(|| {
        [(); 2].map(|()| {
            let data = tempfile::tempdir().expect("a folder");
            keyfolder::add(data.path()).expect("a pair");
            let file = std::fs::read_dir(data.path()).expect("files").next().expect("one");
            std::fs::read_to_string(file.expect("a file").path()).expect("a key")
        })
    })
}

fn tokens(private: &str) -> Tokens {
    let source = KeySource::Given { private: Text::Here(private.to_owned()), public: None };
    Tokens::new(KeyRing::new(source), "massless".to_owned(), "players".to_owned())
}

fn subject() -> Subject {
    Subject { account: 42, epoch: 7, session: "s".to_owned(), roles: vec!["player".to_owned()] }
}

fn claims() -> Claims {
    Claims {
        iss: "massless".to_owned(),
        aud: "players".to_owned(),
        sub: "42".to_owned(),
        iat: NOW,
        exp: NOW + ACCESS_SECONDS,
        roles: Vec::new(),
        epoch: 7,
        sid: "s".to_owned(),
    }
}

/// Signed with the first key under its own name, whatever it says.
fn signed(claims: &impl Serialize) -> String {
    signed_as(claims, |_| {})
}

fn signed_as(claims: &impl Serialize, change: impl Fn(&mut Header)) -> String {
    let key = EncodingKey::from_rsa_pem(pairs()[0].as_bytes()).expect("a key");
    let kid = tokens(&pairs()[0]).ring().keys().expect("keys").kid.clone();
    let mut header = Header { kid: Some(kid), ..Header::new(Algorithm::RS256) };
    change(&mut header);
    encode(&header, claims, &key).expect("a token")
}

/// Letters of base64 for URLs.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    bits.as_bytes()
        .chunks(6)
        .map(|six| {
            let six = format!("{:0<6}", std::str::from_utf8(six).expect("digits"));
            LETTERS[usize::from_str_radix(&six, 2).expect("six bits")] as char
        })
        .collect()
}

#[test]
fn a_good_token_is_believed_from_ten_seconds_before_to_ten_after_its_time() {
    let tokens = tokens(&pairs()[0]);
    let token = tokens.issue(NOW, &subject()).expect("keys");
    let table = [
        (NOW, Ok(subject())),
        (NOW - TOKEN_LEEWAY_SECONDS, Ok(subject())),
        (NOW - TOKEN_LEEWAY_SECONDS - 1, Err(TokenError::Refused)),
        (NOW + ACCESS_SECONDS + TOKEN_LEEWAY_SECONDS, Ok(subject())),
        (NOW + ACCESS_SECONDS + TOKEN_LEEWAY_SECONDS + 1, Err(TokenError::Expired)),
    ];
    for (now, verdict) in table {
        assert_eq!(tokens.verify(now, &token), verdict, "{now}");
    }
}

#[test]
fn tokens_of_others_for_others_by_others_and_of_no_kind_are_refused() {
    let good = tokens(&pairs()[0]);
    assert!(good.verify(NOW, &signed(&claims())).is_ok(), "the table's base is good");
    let stranger = tokens(&pairs()[1]).issue(NOW, &subject()).expect("keys");
    let own = good.issue(NOW, &subject()).expect("keys");
    let (head, rest) = own.split_once('.').expect("three parts");
    let (body, signature) = rest.split_once('.').expect("three parts");
    let none = base64(br#"{"alg":"none","typ":"JWT"}"#);
    let none_kid = format!(r#"{{"alg":"none","kid":"{}"}}"#, good.ring().keys().expect("keys").kid);
    let without = |field: &str| {
        let mut claims = serde_json::to_value(claims()).expect("json");
        claims.as_object_mut().expect("an object").remove(field);
        signed(&claims)
    };
    let with = |field: &str, value: serde_json::Value| {
        let mut claims = serde_json::to_value(claims()).expect("json");
        claims[field] = value;
        signed(&claims)
    };
    let table = [
        ("alg none", format!("{none}.{body}.")),
        ("alg none with the key's name", format!("{}.{body}.", base64(none_kid.as_bytes()))),
        ("alg none with a signature", format!("{none}.{body}.{signature}")),
        ("HS256 with the public key as secret", hmac_token()),
        ("RS512 with the right key", signed_as(&claims(), |head| head.alg = Algorithm::RS512)),
        ("no kid", signed_as(&claims(), |header| header.kid = None)),
        ("unknown kid", signed_as(&claims(), |header| header.kid = Some("else".to_owned()))),
        ("another's key under our kid", forged()),
        ("another's key under its own kid", stranger),
        ("wrong issuer", with("iss", "other".into())),
        ("no issuer", without("iss")),
        ("wrong audience", with("aud", "others".into())),
        ("no audience", without("aud")),
        ("no subject", without("sub")),
        ("a subject that is no account", with("sub", "admin".into())),
        ("no end", without("exp")),
        ("an end that is no number", with("exp", "never".into())),
        ("no epoch", without("epoch")),
        ("altered body", format!("{head}.{}.{signature}", altered(body))),
        ("altered head", format!("{}.{body}.{signature}", altered(head))),
        ("altered signature", format!("{head}.{body}.{}", altered(signature))),
        ("no signature", format!("{head}.{body}.")),
        ("two parts", format!("{head}.{body}")),
        ("empty", String::new()),
        ("too long", "a".repeat(TOKEN_BYTES_MAX + 1)),
    ];
    for (what, token) in table {
        assert_eq!(good.verify(NOW, &token), Err(TokenError::Refused), "{what}");
    }
    let expired = Claims { exp: NOW - 11, ..claims() };
    assert_eq!(good.verify(NOW, &signed(&expired)), Err(TokenError::Expired));
}

/// Another letter in the middle.
fn altered(part: &str) -> String {
    let middle = part.len() / 2;
    let other = if part.as_bytes()[middle] == b'A' { "B" } else { "A" };
    format!("{}{other}{}", &part[..middle], &part[middle + 1..])
}

/// The classic confusion: the public key taken for an HMAC secret.
fn hmac_token() -> String {
    let keys = tokens(&pairs()[0]).ring().keys().expect("keys");
    let public = keys.jwks().to_string();
    let header = Header { kid: Some(keys.kid.clone()), ..Header::new(Algorithm::HS256) };
    encode(&header, &claims(), &EncodingKey::from_secret(public.as_bytes())).expect("a token")
}

fn forged() -> String {
    let key = EncodingKey::from_rsa_pem(pairs()[1].as_bytes()).expect("a key");
    let kid = tokens(&pairs()[0]).ring().keys().expect("keys").kid.clone();
    let header = Header { kid: Some(kid), ..Header::new(Algorithm::RS256) };
    encode(&header, &claims(), &key).expect("a token")
}

#[test]
fn several_public_keys_are_believed_by_their_names() {
    use rsa::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _, LineEnding};
    let public = |private: &str| {
        let pair = rsa::RsaPrivateKey::from_pkcs8_pem(private).expect("a pair");
        pair.to_public_key().to_public_key_pem(LineEnding::LF).expect("a public key")
    };
    let both = format!("{}\n{}", public(&pairs()[0]), public(&pairs()[1]));
    let source = KeySource::Given {
        private: Text::Here(pairs()[1].replace('\n', "\\n")),
        public: Some(Text::Here(both)),
    };
    let second = Tokens::new(KeyRing::new(source), "massless".to_owned(), "players".to_owned());
    let old = tokens(&pairs()[0]).issue(NOW, &subject()).expect("keys");
    assert_eq!(second.verify(NOW, &old), Ok(subject()), "tokens of before the exchange live on");
    let keys = second.ring().keys().expect("keys");
    assert_eq!(keys.kids().count(), 2);
    let jwks = keys.jwks();
    assert_eq!(jwks["keys"].as_array().map(Vec::len), Some(2));
    assert!(jwks.to_string().contains("\"alg\":\"RS256\"") && !jwks.to_string().contains("\"d\""));
}

#[test]
fn a_folder_whose_key_was_exchanged_is_read_again_for_an_unknown_name() {
    let data = tempfile::tempdir().expect("a folder");
    let ring = |folder: &std::path::Path| {
        let ring = KeyRing::new(KeySource::Folder(folder.to_owned()));
        Tokens::new(ring, "massless".to_owned(), "players".to_owned())
    };
    let (one, other) = (ring(data.path()), ring(data.path()));
    let old = one.issue(NOW, &subject()).expect("made");
    assert_eq!(other.verify(NOW, &old), Ok(subject()));
    keyfolder::rotate(data.path()).expect("rotated");
    let new = ring(data.path()).issue(NOW, &subject()).expect("keys");
    assert_ne!(old, new);
    let started = std::time::Instant::now();
    while other.verify(NOW, &new).is_err() {
        assert!(started.elapsed().as_secs() < 10, "the new key was not found");
        std::thread::yield_now();
    }
    assert_eq!(other.verify(NOW, &old), Ok(subject()));
}

#[test]
fn texts_without_a_fit_key_are_refused_with_a_sentence() {
    let weak = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for private in ["", "hello", weak] {
        let source = KeySource::Given { private: Text::Here(private.to_owned()), public: None };
        assert!(matches!(KeyRing::new(source).keys(), Err(KeyError::NoKey(_))), "{private:?}");
    }
    let missing = Text::File("/nowhere/key.pem".into());
    let error = KeyRing::new(KeySource::Given { private: missing, public: None }).keys();
    assert!(error.err().expect("refused").to_string().contains("/nowhere/key.pem"));
}
