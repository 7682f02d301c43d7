// Everything of a zone that does not move by itself: ground, water, props, grass, sky; at one quality. It is built
// in small steps, so that a further one can be made while another is drawn, and hidden until it is shown.

import type { RawTexture } from "@babylonjs/core/Materials/Textures/rawTexture";
import type { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial";
import { Color3 } from "@babylonjs/core/Maths/math.color";
import { Vector3 } from "@babylonjs/core/Maths/math.vector";
import type { AbstractMesh } from "@babylonjs/core/Meshes/abstractMesh";
import type { Mesh } from "@babylonjs/core/Meshes/mesh";

import type { Land } from "massless/core/land";
import { cloudsAndWaves, surfacePatterns } from "./noise";
import { buildProps } from "./props";
import { Scatter } from "./scatter";
import { buildSky } from "./sky";
import { type Mood, moodOf } from "./mood";
import { type Grade, type Stage, TO_SUN } from "./stage";
import { figureSurface, groundSurface, leafSurface, plainSurface } from "./surfaces";
import { buildTerrain } from "./terrain";
import { Tufts } from "./tufts";
import { buildWater } from "./water";

/** The camera turns or moves this far before what it sees is chosen anew. */
const REFRESH_METRES = 1.5;
const REFRESH_COSINE = Math.cos(0.12);
/** Added to half the field of view, so that nothing is missed until the next choice. */
const MARGIN_RADIANS = 0.35;

/** Materials and textures that outlive a change of quality. */
export class Textures {
  readonly patterns: RawTexture;
  readonly air: RawTexture;
  readonly solid: StandardMaterial;
  readonly leaves: StandardMaterial;
  readonly grass: StandardMaterial;
  readonly figures: StandardMaterial;
  private readonly colourSky: (mood: Mood) => void;

  constructor(stage: Stage) {
    this.patterns = surfacePatterns(stage.scene);
    this.air = cloudsAndWaves(stage.scene);
    this.solid = plainSurface(stage.scene);
    this.leaves = leafSurface(stage.scene, "Leaves", 0.006);
    this.grass = leafSurface(stage.scene, "Grass", 0.12);
    this.figures = figureSurface(stage.scene);
    this.colourSky = buildSky(stage.scene, this.air, TO_SUN);
  }

  /** Sky and plants as a zone feels. */
  feel(mood: Mood): void {
    this.colourSky(mood);
    this.leaves.diffuseColor = new Color3(...mood.leaves);
    this.grass.diffuseColor = new Color3(...mood.tufts);
  }
}

/** What a world is made of. */
interface Parts {
  readonly ground: Mesh[];
  readonly groundMaterial: StandardMaterial;
  readonly water: Mesh | undefined;
  readonly props: Scatter;
  readonly tufts: Tufts;
}

export class World {
  private seen: { x: number; z: number; ahead: readonly [number, number] } | undefined;

  private constructor(
    private readonly stage: Stage,
    readonly land: Land,
    private readonly textures: Textures,
    private readonly parts: Parts,
    /** All that was put into the scene and waits to be shown. */
    private hidden: readonly AbstractMesh[],
  ) {}

  /** Builds a world step by step; it is not drawn before `show`. Given up half-way, it leaves nothing behind. */
  static *build(stage: Stage, land: Land, textures: Textures, grade: Grade): Generator<void, World> {
    const { scene } = stage;
    const made: AbstractMesh[] = [];
    const groundMaterial = groundSurface(scene, textures.patterns, grade.fineGround);
    /** Goes on with a part; what that puts into the scene is hidden at once, and nothing else is. */
    function* hiding<T>(steps: Generator<void, T>): Generator<void, T> {
      for (;;) {
        const before = scene.meshes.length;
        const step = steps.next();
        for (const mesh of scene.meshes.slice(before)) {
          mesh.setEnabled(false);
          made.push(mesh);
        }
        if (step.done) return step.value;
        yield;
      }
    }
    let whole = false;
    try {
      const ground = yield* hiding(buildTerrain(scene, land, groundMaterial, grade.view));
      const stands = yield* hiding(buildProps(scene, land, { solid: textures.solid, leaves: textures.leaves }, grade.detail));
      const rest = yield* hiding(atOnce(() => ({
        water: buildWater(scene, land, { waves: textures.air, mood: moodOf(land.mood), toSun: TO_SUN }),
        props: new Scatter(stands, { view: grade.view, farFrom: grade.farFrom, always: grade.shadows > 0 ? 26 : 0 }),
        tufts: new Tufts(scene, land, textures.grass, grade.tufts),
      })));
      whole = true;
      return new World(stage, land, textures, { ground, groundMaterial, ...rest }, made);
    } finally {
      if (!whole) {
        for (const mesh of made) mesh.dispose();
        groundMaterial.dispose();
      }
    }
  }

  /** The same at once. */
  static whole(stage: Stage, land: Land, textures: Textures, grade: Grade): World {
    const steps = World.build(stage, land, textures, grade);
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
    }
  }

  /** From the next picture on it is drawn, in its own light. */
  show(): void {
    const mood = moodOf(this.land.mood);
    this.stage.feel(mood);
    this.textures.feel(mood);
    for (const mesh of this.hidden) mesh.setEnabled(true);
    this.hidden = [];
  }

  /** Whether the last picture showed its ground. */
  get isDrawn(): boolean {
    const drawn = new Set<AbstractMesh>();
    const active = this.stage.scene.getActiveMeshes();
    for (let index = 0; index < active.length; index += 1) drawn.add(active.data[index]!);
    return this.parts.ground.some((mesh) => drawn.has(mesh) || mesh.getLODLevels().some((level) => level.mesh && drawn.has(level.mesh)));
  }

  /** What throws shadows. */
  get casters(): Mesh[] {
    return this.parts.props.meshes;
  }

  /** Chooses what is drawn, seen from the camera, with grass round a place. */
  refresh(centreX: number, centreZ: number): void {
    this.parts.tufts.plant(centreX, centreZ);
    const { camera, engine } = this.stage;
    const forward = camera.getDirection(Vector3.Forward());
    const length = Math.hypot(forward.x, forward.z);
    const ahead: readonly [number, number] = length > 1e-3 ? [forward.x / length, forward.z / length] : [0, 1];
    const { x, z } = camera.globalPosition;
    const { seen } = this;
    if (seen && Math.hypot(seen.x - x, seen.z - z) < REFRESH_METRES && seen.ahead[0] * ahead[0] + seen.ahead[1] * ahead[1] > REFRESH_COSINE) return;
    this.seen = { x, z, ahead };
    const half = Math.atan(Math.tan(camera.fov / 2) * engine.getAspectRatio(camera));
    // Looking steeply down, everything round the camera may be in the picture.
    const halfAngle = length < 0.5 ? Math.PI : half + MARGIN_RADIANS;
    this.parts.props.refresh({ x, z, ahead, halfAngle });
  }

  dispose(): void {
    const { ground, groundMaterial, water, props, tufts } = this.parts;
    for (const mesh of ground) {
      // Its coarser levels stand in the scene beside it.
      for (const { mesh: coarser } of [...mesh.getLODLevels()]) coarser?.dispose();
      mesh.dispose();
    }
    groundMaterial.dispose();
    // The material alone: its textures are the sky's as well.
    water?.material?.dispose();
    water?.dispose();
    props.dispose();
    tufts.dispose();
  }
}

/** One step. */
function* atOnce<T>(make: () => T): Generator<void, T> {
  yield;
  return make();
}
