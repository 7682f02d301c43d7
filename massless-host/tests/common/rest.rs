//! Calls of `/api/v1` over a real socket.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::{PATIENCE, Server};

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Value,
    pub text: String,
}

impl Reply {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    /// The refresh token in the cookie that was set.
    pub fn cookie(&self) -> Option<String> {
        let cookie = self.header("set-cookie")?.split(';').next()?;
        Some(cookie.strip_prefix("massless_refresh=")?.to_owned())
    }

    /// Status and code of a problem.
    pub fn problem(&self) -> (u16, &str) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        assert_eq!(self.body["status"], self.status);
        (self.status, self.body["code"].as_str().expect("a code"))
    }

    /// What came with a 2xx.
    pub fn good(self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.body
    }
}

/// Somebody who calls.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    pub port: u16,
    pub token: Option<String>,
    pub cookie: Option<String>,
}

impl Caller {
    pub fn new(server: &Server) -> Self {
        Self { port: server.http, ..Self::default() }
    }

    /// Registers and logs in.
    pub fn registered(server: &Server, name: &str) -> Self {
        let mut caller = Self::new(server);
        let body = json!({ "name": name, "password": "correct horse" });
        let reply = caller.post("/auth/register", &body);
        caller.take(reply);
        caller
    }

    /// Takes tokens from a reply that opened a session.
    pub fn take(&mut self, reply: Reply) {
        self.cookie = reply.cookie();
        let body = reply.good();
        self.token = Some(body["access_token"].as_str().expect("a token").to_owned());
    }

    pub fn get(&self, path: &str) -> Reply {
        self.call("GET", path, None, &[])
    }

    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.call("POST", path, Some(body.to_string().as_bytes()), &[])
    }

    pub fn delete(&self, path: &str, body: Option<&Value>) -> Reply {
        let body = body.map(Value::to_string);
        self.call("DELETE", path, body.as_deref().map(str::as_bytes), &[])
    }

    /// A call with further header lines.
    pub fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
        more: &[(&str, &str)],
    ) -> Reply {
        let mut head = format!("{method} /api/v1{path} HTTP/1.1\r\n");
        head.push_str("host: localhost\r\nconnection: close\r\n");
        if let Some(token) = &self.token {
            head.push_str(&format!("authorization: Bearer {token}\r\n"));
        }
        if let Some(cookie) = &self.cookie {
            head.push_str(&format!("cookie: other=1; massless_refresh={cookie}\r\n"));
        }
        if let Some(body) = body {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
            if !more.iter().any(|(name, _)| *name == "content-type") {
                head.push_str("content-type: application/json\r\n");
            }
        }
        for (name, value) in more {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        send(self.port, &[head.as_bytes(), b"\r\n", body.unwrap_or_default()].concat())
    }

    /// Makes a character; its number.
    pub fn character(&self, name: &str) -> u64 {
        let body = json!({ "name": name, "class": 1, "faction": 1, "look": 3 });
        self.post("/characters", &body).good()["id"].as_u64().expect("a number")
    }

    /// A ticket for a character.
    pub fn ticket(&self, character: u64) -> String {
        let reply = self.post("/session", &json!({ "character": character })).good();
        reply["ticket"].as_str().expect("a ticket").to_owned()
    }
}

/// Sends bytes and reads the answer to its end.
pub fn send(port: u16, request: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the port is open");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    // A server that refuses by the head alone may hang up before it has read all.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let text = String::from_utf8_lossy(&answer[end + 4..]).into_owned();
    let status = head.split(' ').nth(1).expect("a status").parse().expect("a number");
    let body = serde_json::from_str(&text).unwrap_or_default();
    Reply { status, head, body, text }
}
