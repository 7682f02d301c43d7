// Where the page begins: the module first, for without it there is no game.

import "./styles/page.css";

import { App } from "./app";
import { Module, StartError } from "massless/core/module";
import { exposeDiagnostics } from "./diagnostics-hook";
import { PlaceStore } from "massless/net/place";
import { SettingsStore } from "./state/settings";
import { showFatal } from "./ui/overlay";

async function begin(canvas: HTMLCanvasElement, root: HTMLElement): Promise<void> {
  try {
    const module = await Module.fetch("/massless.wasm");
    const app = new App(module, new SettingsStore(window.localStorage), new PlaceStore(window.sessionStorage), canvas, root);
    exposeDiagnostics(app);
    await app.open();
  } catch (error) {
    console.error(error);
    const sentence = error instanceof StartError ? error.message : `Something went wrong: ${String(error)}`;
    showFatal(root, sentence);
  }
}

const canvas = document.querySelector<HTMLCanvasElement>("#world");
const root = document.querySelector<HTMLElement>("#interface");
if (canvas && root) void begin(canvas, root);
