// schemathesis against the OpenAPI document of the real server, once as somebody and once as nobody.
// Environment: BROWSER_TEST_SERVER (the server), SCHEMATHESIS (its command), API_TEST_EXAMPLES (cases a call, default 40).
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Server } from "./browser/server.mjs";

const BINARY = process.env.BROWSER_TEST_SERVER ?? fileURLToPath(new URL("../../target/release/massless", import.meta.url));
const SCHEMATHESIS = process.env.SCHEMATHESIS ?? "schemathesis";
const EXAMPLES = process.env.API_TEST_EXAMPLES ?? "40";
const PAGE = fileURLToPath(new URL("../dist", import.meta.url));
const CONFIG = fileURLToPath(new URL("schemathesis.toml", import.meta.url));
const SEED = "1";

// The limits of an address would be all that is tested otherwise.
Object.assign(process.env, {
  MASSLESS_LIMITS_CALLS_PER_SECOND: "10000",
  MASSLESS_LIMITS_LOGINS_PER_MINUTE: "10000",
  MASSLESS_LIMITS_ACCOUNTS_PER_HOUR: "100000",
});

const server = new Server(BINARY, PAGE);

async function call(path, body, token) {
  const headers = { "content-type": "application/json", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const reply = await fetch(`${server.address}api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
  return reply.json();
}

function schemathesis(...more) {
  const options = ["--config-file", CONFIG, "run", `${server.address}api/v1/openapi.json`, "--seed", SEED, "--max-examples", EXAMPLES];
  const bounds = ["--phases", "examples,coverage,fuzzing", "--workers", "2", "--warnings", "off"];
  // Those two follow what was made from call to call; the tests of the interface do that.
  const checks = ["--exclude-checks", "use_after_free,ensure_resource_availability"];
  return new Promise((done, fail) => {
    const child = spawn(SCHEMATHESIS, [...options, ...bounds, ...checks, ...more], { stdio: "inherit" });
    child.once("error", fail);
    child.once("exit", (code) => { done(code ?? 1); });
  });
}

let code = 1;
try {
  await server.open();
  const { access_token: token } = await call("/auth/register", { name: "tester", password: "a long password" });
  await call("/characters", { name: "Tess", class: 1, faction: 1, look: 2 }, token);
  code = Math.max(await schemathesis(), await schemathesis("--header", `Authorization: Bearer ${token}`));
} catch (error) {
  console.error(error);
  console.error(server.output);
} finally {
  await server.close();
}
process.exit(code);
