// Everything of a zone that does not move by itself: ground, water, props, grass, sky; at one quality.

import type { RawTexture } from "@babylonjs/core/Materials/Textures/rawTexture";
import type { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial";
import { Color3 } from "@babylonjs/core/Maths/math.color";
import { Vector3 } from "@babylonjs/core/Maths/math.vector";
import type { Mesh } from "@babylonjs/core/Meshes/mesh";

import type { Land } from "../core/land";
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

export class World {
  private readonly ground: Mesh[];
  private readonly groundMaterial: StandardMaterial;
  private readonly water: Mesh | undefined;
  private readonly props: Scatter;
  private readonly tufts: Tufts;
  private seen: { x: number; z: number; ahead: readonly [number, number] } | undefined;

  constructor(
    private readonly stage: Stage,
    readonly land: Land,
    textures: Textures,
    grade: Grade,
  ) {
    const { scene } = stage;
    const mood = moodOf(land.mood);
    stage.feel(mood);
    textures.feel(mood);
    this.groundMaterial = groundSurface(scene, textures.patterns, grade.fineGround);
    this.ground = buildTerrain(scene, land, this.groundMaterial, grade.view);
    this.water = buildWater(scene, land, { waves: textures.air, mood, toSun: TO_SUN });
    const stands = buildProps(scene, land, { solid: textures.solid, leaves: textures.leaves }, grade.detail);
    this.props = new Scatter(stands, { view: grade.view, farFrom: grade.farFrom, always: grade.shadows > 0 ? 26 : 0 });
    this.tufts = new Tufts(scene, land, textures.grass, grade.tufts);
  }

  /** What throws shadows. */
  get casters(): Mesh[] {
    return this.props.meshes;
  }

  /** Chooses what is drawn, seen from the camera, with grass round a place. */
  refresh(centreX: number, centreZ: number): void {
    this.tufts.plant(centreX, centreZ);
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
    this.props.refresh({ x, z, ahead, halfAngle });
  }

  dispose(): void {
    for (const mesh of this.ground) mesh.dispose();
    this.groundMaterial.dispose();
    // The material alone: its textures are the sky's as well.
    this.water?.material?.dispose();
    this.water?.dispose();
    this.props.dispose();
    this.tufts.dispose();
  }
}
