// A browser test as a list of named parts, each with its time; how it failed is kept for whoever runs it.
import { strict as assert } from "node:assert";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";

/** Lines of the server's log that a failure shows. */
const LOG_LINES = 20;
/** Letters of an error that it shows. */
const ERROR_LETTERS = 4_000;

/** Runs the parts in their order against a server of their own, closes everything and ends the process. */
export async function play({ server, players, pictures, parts }) {
  const failure = join(pictures, "failure.txt");
  let current = "opens the server";
  let code = 0;
  // What fails beside the parts, as in a handler of a request, fails the one that runs.
  const aside = new Promise((_, fail) => { process.on("unhandledRejection", fail); });
  aside.catch(() => {});
  try {
    await mkdir(pictures, { recursive: true });
    await rm(failure, { force: true });
    await server.open();
    for (const [name, run] of parts) {
      current = name;
      const begun = Date.now();
      const told = await Promise.race([run(), aside]);
      console.log(`  ${name}: ${told ?? "done"} (${((Date.now() - begun) / 1_000).toFixed(1)} s)`);
    }
    current = "complaints";
    assert.deepEqual(players.flatMap((player) => player.complaints), [], "the page reports no errors");
  } catch (error) {
    code = 1;
    console.error(error);
    console.error(server.output.split("\n").slice(-LOG_LINES).join("\n"));
    await Promise.allSettled(players.map((player) => player.page === undefined ? undefined : player.picture(`failed-${player.name}`)));
    const accounts = await Promise.allSettled(players.map((player) => player.page === undefined ? `${player.name} had no page` : player.account()));
    const told = accounts.map(({ value, reason }) => value ?? `${reason}`).join("\n");
    console.error(told);
    await writeFile(failure, `in "${current}": ${`${error?.stack ?? error}`.slice(0, ERROR_LETTERS)}\n${told}\n`);
  } finally {
    await Promise.allSettled(players.map((player) => player.close()));
    await server.close();
  }
  console.log(`screenshots: ${pictures}`);
  process.exit(code);
}
