// Calls of the server. The session is a cookie that no script sees; what changes something carries the
// session's token besides.

let token = "1";
let onSignedOut = () => {};

/** The token of the session, and what to do when there is none any more. */
export function open(session, signedOut) {
  token = session.token;
  onSignedOut = signedOut;
}

async function call(method, path, { body, isIdle } = {}) {
  const headers = { "x-massless-console": token };
  if (isIdle) headers["x-massless-idle"] = "1";
  if (body !== undefined) headers["content-type"] = "application/json";
  let response;
  try {
    response = await fetch(`/console/api${path}`, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "same-origin", cache: "no-cache",
    });
  } catch {
    throw new Error("the server does not answer");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  if (response.status === 401 && problem.code === "no-session") onSignedOut();
  const error = new Error(problem.detail ?? `the server answers ${response.status}`);
  error.code = problem.code;
  throw error;
}

/** What is at an address. `isIdle`: the page asks by itself, nobody has done anything. */
export async function get(path, isIdle = false) {
  return (await call("GET", path, { isIdle })).json();
}

/** Does something. */
export async function post(path, body) {
  return (await call("POST", path, { body })).json();
}

/** Bytes. */
export async function raw(path) {
  return (await call("GET", path)).arrayBuffer();
}

/** Saves a file under the name that the server gives it. */
export async function save(path) {
  const response = await call("GET", path);
  const named = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = named?.[1] ?? "download";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
