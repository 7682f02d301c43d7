// Figures, blows, falls and lights on a lawn, without a server: to look at while working on them.
// `?show=creatures|people|lights` and `?mood=0..3` choose what is shown.

import { definitions as fixture } from "./fixture";
import type { Figure } from "massless/core/client";
import type { Land } from "massless/core/land";
import { type Definitions, HitKind, Kind, Pose } from "massless/core/world";
import { Crowd } from "../../src/figures/crowd";
import { Gaits } from "../../src/figures/gait";
import { outfitOf } from "../../src/figures/wardrobe";
import { Effects } from "../../src/scene/effects/effects";
import { GRADES, type Quality, Stage } from "../../src/scene/stage";
import { Textures, World } from "../../src/scene/world";
import { Vector3 } from "@babylonjs/core/Maths/math.vector";

const asked = new URLSearchParams(window.location.search);
const SIZE = 64;

const land: Land = {
  width: SIZE, depth: SIZE,
  heights: Float32Array.from({ length: (SIZE + 1) ** 2 }, (_, index) => Math.sin((index % (SIZE + 1)) / 7) * 0.4),
  materials: new Uint8Array(SIZE * SIZE), walkable: new Uint8Array(SIZE * SIZE).fill(1),
  waterLevel: -1_000, props: [], mood: Number(asked.get("mood") ?? 0),
};

function figure(actor: number, part: Partial<Figure>): Figure {
  return {
    slot: actor, actor, kind: Kind.Creature, detail: 101, level: 1, x: 32, y: 0, z: 32, turn: Math.PI, speed: 0, pose: Pose.Idle,
    health: 1, class: 0, weapon: 0, effects: 0, target: 0, rarity: 0, quantity: 0, ...part,
  };
}

const definitions: Definitions = {
  skills: new Map([[903, { id: 903, name: "Slam", description: "", level: 1, weapons: [], timing: { type: "cast", ticks: 30 }, aim: { type: "around", radius: 5, party: false }, cooldown: 0, mana: 0, hostile: true, outcomes: [], lasting: { first: 60, every: 20, times: 1 } }]]),
  effects: new Map(), items: new Map(), quests: new Map(), classes: new Map(), creatures: new Map(), zones: new Map(), npcs: new Map(), experience: [], services: fixture.services,
};

function creatures(): Figure[] {
  const kinds = [101, 102, 103, 104, 105, 106, 107, 108, 201, 202, 203, 204, 205, 206];
  return kinds.map((detail, index) => figure(index + 1, { detail, x: 24 + (index % 7) * 2.8, z: 30 + Math.floor(index / 7) * 4, pose: index % 7 === 6 ? Pose.Alert : Pose.Idle, turn: Math.PI * 0.85 }));
}

function people(): Figure[] {
  const weapons = [1011, 1021, 1031, 1041, 1051, 1061, 1071, 1081];
  const row = weapons.map((weapon, index) => figure(index + 1, { kind: Kind.Character, detail: index * 5 % 16, class: 1 + (index >> 1), weapon, x: 26 + index * 1.7, z: 30, pose: Pose.Fighting }));
  const poses = [Pose.Casting, Pose.Stunned, Pose.Dead, Pose.Leaping, Pose.Walking];
  const back = poses.map((pose, index) => figure(20 + index, { kind: Kind.Character, detail: index, class: 1 + (index % 4), weapon: weapons[index + 2]!, x: 27 + index * 2.4, z: 34, pose, effects: pose === Pose.Stunned ? 1 << 3 : 0, speed: pose === Pose.Walking ? 5 : 0 }));
  return [...row, ...back];
}

function lights(): Figure[] {
  const items = [0, 1, 2, 3, 4].map((rarity, index) => figure(30 + index, { kind: Kind.Item, detail: 1, rarity, x: 26 + index * 1.4, z: 29, quantity: 1 }));
  return [
    ...items,
    figure(1, { kind: Kind.Character, class: 2, weapon: 1041, x: 27, z: 34, turn: Math.PI / 2, pose: Pose.Fighting }),
    figure(2, { kind: Kind.Character, class: 4, weapon: 1071, detail: 5, x: 27, z: 31.5, turn: Math.PI / 2, pose: Pose.Casting }),
    figure(3, { detail: 106, x: 37, z: 32.5, turn: -Math.PI / 2, effects: (1 << 2) | (1 << 7) }),
    figure(4, { kind: Kind.Area, detail: 903, x: 37, z: 32.5 }),
    figure(5, { kind: Kind.Character, class: 3, weapon: 1051, detail: 9, x: 31, z: 36, turn: Math.PI, pose: Pose.Idle }),
    figure(6, { kind: Kind.Npc, detail: 103, x: 24, z: 36 }),
  ];
}

const show = asked.get("show") ?? "creatures";
const shown = ({ creatures, people, lights }[show] ?? creatures)();
const own = figure(99, { x: 32, z: 24, kind: Kind.Character });

const canvas = document.querySelector<HTMLCanvasElement>("#world")!;
const stage = new Stage(canvas);
const grade = GRADES[(asked.get("quality") ?? "medium") as Quality];
stage.apply(grade);
const textures = new Textures(stage);
const world = World.whole(stage, land, textures, grade);
world.show();
const crowd = new Crowd(stage.scene, textures.figures);
const gaits = new Gaits();
const outfit = (of: Figure): ReturnType<typeof outfitOf> => outfitOf(of.kind, of.detail, of);
const effects = new Effects(stage, textures, { figure: (actor) => shown.find((one) => one.actor === actor), outfit }, gaits, () => definitions);
effects.enter(land, { id: 1, name: "", mood: 0, respawn: [0, 0], safeRadius: 0, npcs: [], portals: show === "lights" ? [{ name: "", x: 34, z: 42, radius: 3, zone: 2, level: 1, open: true }] : [] });
stage.camera.position = new Vector3(32, show === "lights" ? 6 : 4, show === "people" ? 22 : 20);
stage.camera.setTarget(new Vector3(32, 0.8, 33));

let age = 0;
let beat = -1;
stage.run((seconds) => {
  age += seconds;
  world.refresh(32, 32);
  if (Math.floor(age / 1.1) !== beat) {
    beat = Math.floor(age / 1.1);
    for (const one of shown) if (show !== "lights") gaits.strike(one.actor);
    if (show === "lights") {
      effects.hear({ type: "launched", source: 1, target: 3, skill: undefined, ticks: 14 }, 99);
      effects.hear({ type: "launched", source: 2, target: 3, skill: 401, ticks: 18 }, 99);
      effects.hear({ type: "hit", source: 2, target: 3, skill: 401, amount: 30, absorbed: 0, kind: HitKind.Critical }, 99);
      effects.hear({ type: "healed", source: 5, target: 2, amount: 30 }, 99);
      if (beat % 2 === 0) effects.hear({ type: "levelUp", actor: 5, level: 2 }, 99);
    }
  }
  gaits.begin();
  const around = { land, own };
  crowd.show(shown.filter((one) => one.kind <= Kind.Npc).map((one) => gaits.appearance(one, outfit(one), around, seconds)));
  effects.showTarget(land, shown.find((one) => one.actor === 3), "hostile");
  effects.show(land, own, shown, { seconds, yaw: 0, hovered: 32, signs: show === "lights" ? [{ sign: "offer", x: 24, y: 2.6, z: 36 }, { sign: "ready", x: 25.2, y: 2.6, z: 36 }] : [] });
});
