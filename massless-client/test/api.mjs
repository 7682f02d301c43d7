// schemathesis against the OpenAPI document of the real server: as somebody, and as nobody where no token is asked for.
// Environment: BROWSER_TEST_SERVER (the server), SCHEMATHESIS (its command), API_TEST_REPORTS (a folder for what it says),
// API_TEST_EXAMPLES (cases a call, default 40), API_TEST_SEED (default 1).
// Exit code: 0 as described, 1 otherwise, 3 when the token did not live to the end, which makes the rest say nothing.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Server } from "./browser/server.mjs";

const BINARY = process.env.BROWSER_TEST_SERVER ?? fileURLToPath(new URL("../../target/release/massless", import.meta.url));
const SCHEMATHESIS = process.env.SCHEMATHESIS ?? "schemathesis";
const REPORTS = process.env.API_TEST_REPORTS ?? await mkdtemp(join(tmpdir(), "massless-api-"));
const EXAMPLES = process.env.API_TEST_EXAMPLES ?? "40";
const SEED = process.env.API_TEST_SEED ?? "1";
const PAGE = fileURLToPath(new URL("../dist", import.meta.url));
const CONFIG = fileURLToPath(new URL("schemathesis.toml", import.meta.url));
const HOOKS = fileURLToPath(new URL("schemathesis_addresses.py", import.meta.url));
/** Calls that ask for no token. Among them is the logout: it would end the token of all others. */
const OPEN = "^/(auth/(register|login|guest|refresh|logout|jwks)|status|openapi.json|leaderboards)";
/** Time one run may take; on two cores it takes less than half a minute. */
const RUN_MILLIS = 300_000;
const UNTOLD = 3;

// Calls come from addresses of their own (the hooks), which the server hears as from a proxy.
Object.assign(process.env, {
  MASSLESS_LIMITS_CALLS_PER_SECOND: "10000",
  MASSLESS_LIMITS_LOGINS_PER_MINUTE: "10000",
  MASSLESS_LIMITS_ACCOUNTS_PER_HOUR: "100000",
  MASSLESS_REST_TRUSTED_PROXIES: "[127.0.0.1]",
  SCHEMATHESIS_HOOKS: HOOKS,
  PYTHONDONTWRITEBYTECODE: "1",
});

const server = new Server(BINARY, PAGE);

async function call(method, path, { body, token } = {}) {
  const headers = { ...(body && { "content-type": "application/json" }), ...(token && { authorization: `Bearer ${token}` }) };
  const reply = await fetch(`${server.address}api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
  if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
  return reply.json();
}

/** Somebody with a character who may give orders, or these would only ever be refused; the token. */
async function enter() {
  const { access_token: token } = await call("POST", "/auth/register", { body: { name: "tester", password: "a long password" } });
  await call("POST", "/characters", { body: { name: "Tess", class: 1, faction: 1, look: 2 }, token });
  await promisify(execFile)(BINARY, ["account", "role", "@tester", "--to", "admin", "--data", server.data]);
  return token;
}

/** One run with all checks; its exit code and what it counted. */
async function schemathesis(name, ...more) {
  const report = join(REPORTS, `${name}.json`);
  const options = ["--config-file", CONFIG, "run", `${server.address}api/v1/openapi.json`, "--seed", SEED, "--max-examples", EXAMPLES];
  const bounds = ["--checks", "all", "--continue-on-failure", "--workers", "2", "--generation-database", "none"];
  const reports = ["--report", "json", "--report-json-path", report];
  const code = await new Promise((done, fail) => {
    const child = spawn(SCHEMATHESIS, [...options, ...bounds, ...reports, ...more], { stdio: "inherit", timeout: RUN_MILLIS });
    child.once("error", fail);
    child.once("exit", (status) => { done(status ?? 1); });
  });
  const { operations, test_cases: cases } = JSON.parse(await readFile(report, "utf8"));
  return { code, operations: operations.tested, cases: cases.generated, failures: cases.unique_failures };
}

/** Both runs; the exit code. */
async function hold(token) {
  const somebody = await schemathesis("somebody", "--header", `Authorization: Bearer ${token}`, "--exclude-path-regex", OPEN);
  const isAlive = await call("GET", "/account", { token }).then(() => true, () => false);
  const nobody = await schemathesis("nobody", "--include-path-regex", OPEN);
  const sum = (field) => somebody[field] + nobody[field];
  const { commit } = await call("GET", "/status");
  const summary = { commit, operations: sum("operations"), cases: sum("cases"), failures: sum("failures"), void: !isAlive };
  await writeFile(join(REPORTS, "summary.json"), JSON.stringify(summary));
  if (!isAlive) {
    console.error("the token has ended on the way: what was refused with 401 says nothing");
    return UNTOLD;
  }
  return somebody.code === 0 && nobody.code === 0 ? 0 : 1;
}

let code = 1;
try {
  await server.open();
  code = await hold(await enter());
} catch (error) {
  console.error(error);
  console.error(server.output);
} finally {
  await server.close();
}
process.exit(code);
