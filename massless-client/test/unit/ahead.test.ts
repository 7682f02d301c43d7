// The world behind a portal: when it is made, and that there is a world in every picture on the way through.

import { afterAll, describe, expect, it } from "vitest";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine";
import { FreeCamera } from "@babylonjs/core/Cameras/freeCamera";
import { Vector3 } from "@babylonjs/core/Maths/math.vector";
import { Scene } from "@babylonjs/core/scene";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial";
import type { Land } from "massless/core/land";
import { Ahead, type Way } from "../../src/play/ahead";
import { GRADES, type Stage } from "../../src/scene/stage";
import { type Textures, World } from "../../src/scene/world";

/** A flat square of grass. */
function meadow(edge: number): Land {
  return {
    width: edge,
    depth: edge,
    heights: new Float32Array((edge + 1) ** 2),
    materials: new Uint8Array(edge ** 2),
    walkable: new Uint8Array(edge ** 2).fill(1),
    waterLevel: -1_000,
    props: [],
  };
}

interface Fake { readonly name: string }

/** A maker of worlds of three steps each. */
function maker(): { ahead: Ahead<Fake>; loaded: number[]; dropped: string[]; abandoned: number } {
  const told = { loaded: [] as number[], dropped: [] as string[], abandoned: 0 };
  const ahead = new Ahead<Fake>({
    load: (zone) => {
      told.loaded.push(zone);
      return zone === 13 ? Promise.reject(new Error("no such map")) : Promise.resolve(meadow(zone));
    },
    *build(land) {
      let whole = false;
      try {
        for (let step = 0; step < 3; step += 1) yield;
        whole = true;
        return { name: `world ${land.width}` };
      } finally {
        if (!whole) told.abandoned += 1;
      }
    },
    drop: (world) => { told.dropped.push(world.name); },
    now: () => 0,
  });
  return Object.assign(told, { ahead });
}

const turn = (): Promise<void> => new Promise((done) => { setTimeout(done, 0); });
const WAYS: readonly Way[] = [
  { x: 0, z: 0, zone: 10, open: true },
  { x: 300, z: 0, zone: 20, open: true },
  { x: 20, z: 0, zone: 30, open: false },
];

describe("the world behind a portal", () => {
  it("is made near it alone, kept a little beyond, and given up farther off", async () => {
    const told = maker();
    told.ahead.look([150, 0], WAYS);
    expect(told.loaded).toEqual([]);
    told.ahead.look([60, 0], WAYS);
    told.ahead.look([50, 0], WAYS);
    expect(told.loaded).toEqual([10]);
    await turn();
    for (let picture = 0; picture < 4; picture += 1) told.ahead.work(100);
    told.ahead.look([100, 0], WAYS);
    expect(told.ahead.zone).toBe(10);
    told.ahead.look([120, 0], WAYS);
    expect(told.ahead.zone).toBeUndefined();
    expect(told.dropped).toEqual(["world 10"]);
  });

  it("is handed over when it is whole and not before, and another one's is not", async () => {
    const told = maker();
    told.ahead.want(10);
    expect(told.ahead.take(10)).toBeUndefined();
    await turn();
    told.ahead.work(0);
    expect(told.ahead.take(10)).toBeUndefined();
    expect(told.ahead.take(20)).toBeUndefined();
    for (let picture = 0; picture < 3; picture += 1) told.ahead.work(0);
    expect(told.ahead.take(10)?.world.name).toBe("world 10");
    expect(told.ahead.zone).toBeUndefined();
  });

  it("leaves nothing of what was built half-way, and says why there will be none", async () => {
    const told = maker();
    told.ahead.want(10);
    await turn();
    told.ahead.work(0);
    told.ahead.want(13);
    expect(told.abandoned).toBe(1);
    await turn();
    expect(() => told.ahead.take(13)).toThrow("no such map");
    expect(told.ahead.zone).toBeUndefined();
  });
});

describe("a change of zone", () => {
  const engine = new NullEngine();
  const scene = new Scene(engine);
  afterAll(() => { engine.dispose(); });
  const camera = new FreeCamera("camera", new Vector3(16, 4, 2), scene);
  camera.setTarget(new Vector3(16, 0, 16));
  const stage = { scene, engine, camera, feel: () => undefined } as unknown as Stage;
  const plain = new StandardMaterial("plain", scene);
  const textures = { solid: plain, leaves: plain, grass: plain, feel: () => undefined } as unknown as Textures;
  const grade = GRADES.low;

  it("draws a world in every picture, of one zone at a time", async () => {
    let world = World.whole(stage, meadow(32), textures, grade);
    world.show();
    const ahead = new Ahead<World>({
      load: () => Promise.resolve(meadow(64)),
      build: (land) => World.build(stage, land, textures, grade),
      drop: (given) => { given.dispose(); },
      now: () => performance.now(),
    });
    ahead.want(2);
    await turn();
    const drawn: number[] = [];
    for (let picture = 0; picture < 400 && drawn.at(-1) !== 64; picture += 1) {
      ahead.work(0);
      const ready = ahead.take(2);
      if (ready) {
        world.dispose();
        ready.world.show();
        ({ world } = ready);
      }
      scene.render();
      expect(world.isDrawn).toBe(true);
      const grounds = new Set(scene.meshes.filter((mesh) => mesh.isEnabled() && mesh.name === "hills"));
      expect(grounds.size).toBe(1);
      drawn.push(world.land.width);
    }
    expect(drawn.length).toBeGreaterThan(5);
    expect(drawn.at(-1)).toBe(64);
    world.dispose();
    expect(scene.meshes).toEqual([]);
  });

  it("leaves no mesh of a world that was given up half-way", () => {
    const steps = World.build(stage, meadow(64), textures, grade);
    for (let step = 0; step < 8; step += 1) steps.next();
    expect(scene.meshes.length).toBeGreaterThan(0);
    steps.return(undefined as never);
    expect(scene.meshes).toEqual([]);
  });
});
