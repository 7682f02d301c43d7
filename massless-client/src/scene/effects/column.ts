// A column of light that rises round a figure and fades: a new level, a return from death.

import { Constants } from "@babylonjs/core/Engines/constants";
import { Effect } from "@babylonjs/core/Materials/effect";
import { ShaderMaterial } from "@babylonjs/core/Materials/shaderMaterial";
import { Color3 } from "@babylonjs/core/Maths/math.color";
import { CreateCylinder } from "@babylonjs/core/Meshes/Builders/cylinderBuilder";
import type { Mesh } from "@babylonjs/core/Meshes/mesh";
import type { Scene } from "@babylonjs/core/scene";

import type { Colour } from "../shape";
import { clock } from "../surfaces";

Effect.ShadersStore["columnVertexShader"] = `
  precision highp float;
  attribute vec3 position; attribute vec2 uv;
  uniform mat4 worldViewProjection;
  varying vec2 vPlace; varying float vHeight;
  void main() {
    vPlace = uv; vHeight = position.y + 0.5;
    gl_Position = worldViewProjection * vec4(position, 1.0);
  }`;

Effect.ShadersStore["columnFragmentShader"] = `
  precision highp float;
  varying vec2 vPlace; varying float vHeight;
  uniform vec3 colour; uniform float strength; uniform float seconds;
  void main() {
    float streak = 0.55 + 0.45 * sin(vPlace.x * 75.0 + sin(vPlace.x * 31.0) * 3.0);
    float rising = 0.7 + 0.3 * sin(vHeight * 14.0 - seconds * 7.0 + vPlace.x * 25.0);
    float fade = pow(1.0 - clamp(vHeight, 0.0, 1.0), 1.6);
    gl_FragColor = vec4(colour * streak * rising * fade * strength, 1.0);
  }`;

/** Seconds it lasts. */
export const COLUMN_SECONDS = 2.2;
const COLUMNS_MAX = 4;

interface Column {
  readonly mesh: Mesh;
  readonly material: ShaderMaterial;
  age: number;
  actor: number;
}

export class Columns {
  private readonly columns: Column[] = [];
  private next = 0;

  constructor(private readonly scene: Scene) {}

  /** One begins round an actor. */
  raise(actor: number, colour: Colour): void {
    const column = this.columns[this.next] ?? this.make();
    this.columns[this.next] = column;
    this.next = (this.next + 1) % COLUMNS_MAX;
    column.age = 0;
    column.actor = actor;
    column.material.setColor3("colour", new Color3(...colour));
  }

  private make(): Column {
    const mesh = CreateCylinder("column", { height: 1, diameterTop: 1.15, diameterBottom: 0.85, tessellation: 24, cap: 0 }, this.scene);
    const material = new ShaderMaterial("column", this.scene, "column", {
      attributes: ["position", "uv"],
      uniforms: ["worldViewProjection", "colour", "strength", "seconds"],
      needAlphaBlending: true,
    });
    material.alphaMode = Constants.ALPHA_ADD;
    material.backFaceCulling = false;
    material.disableDepthWrite = true;
    material.onBindObservable.add(() => { material.getEffect().setFloat("seconds", clock.seconds); });
    mesh.material = material;
    mesh.isPickable = false;
    mesh.applyFog = false;
    return { mesh, material, age: COLUMN_SECONDS, actor: 0 };
  }

  /** Draws them round the places of their actors. */
  show(seconds: number, placeOf: (actor: number) => readonly [number, number, number] | undefined): void {
    for (const column of this.columns) {
      column.age += seconds;
      const place = column.age < COLUMN_SECONDS ? placeOf(column.actor) : undefined;
      column.mesh.isVisible = place !== undefined;
      if (!place) continue;
      const share = column.age / COLUMN_SECONDS;
      const height = 7 * Math.min(1, share * 4);
      column.mesh.position.set(place[0], place[1] + height / 2, place[2]);
      const width = 1.5 + 0.5 * share;
      column.mesh.scaling.set(width, height, width);
      column.mesh.rotation.y = clock.seconds * 1.4;
      column.material.setFloat("strength", Math.sin(Math.PI * Math.min(1, share * 1.15)) ** 0.7 * 0.9);
    }
  }
}
