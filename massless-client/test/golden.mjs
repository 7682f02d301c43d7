// Plays recorded logs in the browser's module under Node: the same bits as natively, tick by tick.
// Usage: node golden.mjs MODULE LOG...
import { readFile } from "node:fs/promises";
import process from "node:process";

const [modulePath, ...logPaths] = process.argv.slice(2);
if (logPaths.length === 0) {
  console.error("usage: node golden.mjs MODULE LOG...");
  process.exit(2);
}
// Nothing is handed to the module: it must not want anything.
const { instance } = await WebAssembly.instantiate(await readFile(modulePath), {});
const core = instance.exports;

/** Plays the bytes of a log; the verdict and what the module says about it. */
function verify(log) {
  const at = core.input(log.length);
  new Uint8Array(core.memory.buffer, at, log.length).set(log);
  const verdict = core.replay_verify();
  const told = new Uint8Array(core.memory.buffer, core.output(), core.output_len());
  return { verdict, told: new TextDecoder().decode(told) };
}

for (const path of logPaths) {
  const start = performance.now();
  const { verdict, told } = verify(new Uint8Array(await readFile(path)));
  const seconds = (performance.now() - start) / 1000;
  if (verdict !== 0) {
    console.error(`${path} plays differently in WebAssembly:`, verdict, told);
    process.exit(1);
  }
  console.log(`the same bits in WebAssembly: ${told.replaceAll(/[^\x20-\x7e]+/g, " ").trim()} in ${seconds.toFixed(1)} s`);
}

// A damaged log must not pass: else the check above says nothing. The first is as good for that as all.
const damaged = new Uint8Array(await readFile(logPaths[0]));
damaged[damaged.length - 9] ^= 1;
if (verify(damaged).verdict === 0) {
  console.error("a log with a flipped bit was taken for a whole one");
  process.exit(1);
}
console.log("a flipped bit is found");
