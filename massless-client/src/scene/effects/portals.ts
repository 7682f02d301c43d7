// Ways into other zones: a stone arch with a whirl in it, shut ones dark.

import { Constants } from "@babylonjs/core/Engines/constants";
import { Effect } from "@babylonjs/core/Materials/effect";
import type { Material } from "@babylonjs/core/Materials/material";
import { ShaderMaterial } from "@babylonjs/core/Materials/shaderMaterial";
import { Color3 } from "@babylonjs/core/Maths/math.color";
import { Mesh } from "@babylonjs/core/Meshes/mesh";
import type { Scene } from "@babylonjs/core/scene";

import { heightAt, type Land } from "massless/core/land";
import type { PortalDefinition } from "massless/core/world";
import { colour, type Colour, Shape } from "../shape";
import { clock } from "../surfaces";
import { Disc, Look } from "./disc";
import { upright } from "./flights";
import type { Sparks } from "./sparks";

Effect.ShadersStore["veilVertexShader"] = `
  precision highp float;
  attribute vec3 position; attribute vec2 uv;
  uniform mat4 worldViewProjection;
  varying vec2 vPlace;
  void main() {
    vPlace = uv * 2.0 - 1.0;
    gl_Position = worldViewProjection * vec4(position, 1.0);
  }`;

Effect.ShadersStore["veilFragmentShader"] = `
  precision highp float;
  varying vec2 vPlace;
  uniform vec3 colour; uniform float seconds; uniform float strength;
  void main() {
    float reach = length(vPlace);
    float angle = atan(vPlace.y, vPlace.x);
    float arm = 0.5 + 0.5 * sin(angle * 4.0 - reach * 9.0 + seconds * 1.8);
    float inner = 0.5 + 0.5 * sin(angle * 3.0 + reach * 14.0 - seconds * 2.6);
    float light = mix(arm, inner, 0.4) * (1.0 - smoothstep(0.72, 1.0, reach));
    float core = pow(max(1.0 - reach, 0.0), 2.2);
    float edge = 1.0 - smoothstep(0.82, 1.0, reach);
    vec3 tint = mix(colour * 0.35, colour * 1.3, light) + vec3(0.5) * core;
    gl_FragColor = vec4(tint, edge * (0.45 + 0.5 * light) * strength);
  }`;

const OPEN: Colour = colour("#6fd6ff");
const SHUT: Colour = colour("#6b6872");

function arch(radius: number): Shape {
  const shape = new Shape();
  const stone = colour("#8d867c");
  const half = Math.min(radius * 0.62, 2.2);
  for (const side of [-1, 1]) {
    shape.colour(stone).box([side * half, -0.4, 0], [0.8, 0.9, 0.95], 0.92);
    for (let block = 0; block < 4; block += 1) {
      shape.colour([stone[0] * (0.9 + 0.05 * block), stone[1] * (0.9 + 0.05 * block), stone[2] * (0.92 + 0.04 * block)]);
      shape.box([side * half, 0.5 + block * 0.72, 0], [0.62 - 0.02 * block, 0.7, 0.7 - 0.02 * block], 0.96);
    }
  }
  const wedges = 9;
  for (let wedge = 0; wedge < wedges; wedge += 1) {
    const [from, to] = [(Math.PI * wedge) / wedges, (Math.PI * (wedge + 1)) / wedges];
    const middle = (from + to) / 2;
    const [x, y] = [Math.cos(middle) * half, 3.3 + Math.sin(middle) * half * 0.72];
    shape.colour(wedge === 4 ? colour("#c9a24a") : stone).box([x, y - 0.2, 0], [0.66, 0.52, wedge === 4 ? 0.8 : 0.66], 0.9);
  }
  return shape;
}

interface Standing {
  readonly portal: PortalDefinition;
  readonly parts: readonly Mesh[];
  readonly veil: ShaderMaterial;
  readonly floor: Disc;
  readonly height: number;
}

export class Portals {
  private standing: Standing[] = [];

  constructor(
    private readonly scene: Scene,
    private readonly stone: Material,
    private readonly sparks: Sparks,
  ) {}

  /** Builds the portals of a zone; those of the last one are gone. */
  build(land: Land, portals: readonly PortalDefinition[]): void {
    this.clear();
    this.standing = portals.map((portal) => this.raise(land, portal));
  }

  private raise(land: Land, portal: PortalDefinition): Standing {
    const height = heightAt(land, portal.x, portal.z);
    const stones = arch(portal.radius).build("portal", this.scene);
    stones.material = this.stone;
    const veil = new Mesh("portal veil", this.scene);
    upright().applyToMesh(veil);
    const material = new ShaderMaterial("veil", this.scene, "veil", {
      attributes: ["position", "uv"],
      uniforms: ["worldViewProjection", "colour", "seconds", "strength"],
      needAlphaBlending: true,
    });
    material.backFaceCulling = false;
    material.disableDepthWrite = true;
    material.alphaMode = Constants.ALPHA_COMBINE;
    material.setColor3("colour", new Color3(...(portal.open ? OPEN : SHUT)));
    material.setFloat("strength", portal.open ? 1 : 0.6);
    material.onBindObservable.add(() => { material.getEffect().setFloat("seconds", portal.open ? clock.seconds : 0); });
    veil.material = material;
    const width = Math.min(portal.radius * 0.62, 2.2) * 2;
    veil.scaling.set(width, 4.6, 1);
    // It faces the middle of the map, from where one comes.
    const turn = Math.atan2(land.width / 2 - portal.x, land.depth / 2 - portal.z);
    for (const mesh of [stones, veil]) {
      mesh.position.set(portal.x, height, portal.z);
      mesh.rotation.y = turn;
      mesh.isPickable = false;
    }
    const floor = new Disc(this.scene, Look.Whirl);
    floor.lay(land, portal.x, portal.z, portal.radius);
    floor.paint(portal.open ? OPEN : SHUT, 1, portal.open ? 0.8 : 0.4);
    return { portal, parts: [stones, veil], veil: material, floor, height };
  }

  /** Lights that rise from those near by. */
  show(x: number, z: number): void {
    for (const { portal, height } of this.standing) {
      const distance = Math.hypot(portal.x - x, portal.z - z);
      if (!portal.open || distance > 60) continue;
      for (let index = 0; index < 6; index += 1) {
        const phase = (clock.seconds * 0.28 + index / 6) % 1;
        const angle = index * 2.4 + clock.seconds * 0.5;
        const reach = portal.radius * (0.55 + 0.35 * Math.sin(index * 5.1));
        this.sparks.glow([portal.x + Math.cos(angle) * reach, height + phase * 4, portal.z + Math.sin(angle) * reach], 0.12, OPEN, Math.sin(Math.PI * phase) * 0.8);
      }
    }
  }

  clear(): void {
    for (const { parts, veil, floor } of this.standing) {
      for (const mesh of parts) mesh.dispose();
      veil.dispose();
      floor.dispose();
    }
    this.standing = [];
  }
}
