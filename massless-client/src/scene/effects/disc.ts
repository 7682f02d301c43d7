// Marks on the ground that follow its rise and fall: target rings, marked areas, portals' floors.

import { Constants } from "@babylonjs/core/Engines/constants";
import { Effect } from "@babylonjs/core/Materials/effect";
import { ShaderMaterial } from "@babylonjs/core/Materials/shaderMaterial";
import { Color3 } from "@babylonjs/core/Maths/math.color";
import { Mesh } from "@babylonjs/core/Meshes/mesh";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData";
import type { Scene } from "@babylonjs/core/scene";

import { heightAt, type Land } from "massless/core/land";
import type { Colour } from "../shape";
import { clock } from "../surfaces";

Effect.ShadersStore["discVertexShader"] = `
  precision highp float;
  attribute vec3 position; attribute vec2 uv;
  uniform mat4 viewProjection;
  varying vec2 vPlace;
  void main() {
    vPlace = uv;
    vec4 place = viewProjection * vec4(position, 1.0);
    place.z -= 0.0006 * place.w;
    gl_Position = place;
  }`;

// look: 0 a ring, 1 an area that fills up by `share`, 2 a whirl.
Effect.ShadersStore["discFragmentShader"] = `
  precision highp float;
  varying vec2 vPlace;
  uniform vec3 colour; uniform float share; uniform float seconds; uniform float look; uniform float strength;
  void main() {
    float reach = length(vPlace);
    float angle = atan(vPlace.y, vPlace.x);
    if (reach > 1.0) discard;
    float alpha = 0.0;
    vec3 tint = colour;
    if (look < 0.5) {
      float band = smoothstep(0.70, 0.80, reach) * (1.0 - smoothstep(0.93, 1.0, reach));
      float dash = 0.62 + 0.38 * smoothstep(-0.2, 0.2, sin(angle * 8.0 + seconds * 2.0));
      alpha = band * dash + 0.10 * (1.0 - reach);
    } else if (look < 1.5) {
      float edge = smoothstep(0.93, 0.965, reach) * (1.0 - smoothstep(0.985, 1.0, reach));
      float filled = 1.0 - smoothstep(share - 0.015, share + 0.015, reach);
      float front = smoothstep(share - 0.10, share, reach) * (1.0 - smoothstep(share, share + 0.02, reach));
      float ray = 0.82 + 0.18 * sin(angle * 12.0 - seconds * 3.0);
      alpha = edge * 0.95 + filled * 0.34 * ray + front * 0.35 + 0.12;
    } else {
      float arm = 0.5 + 0.5 * sin(angle * 3.0 + reach * 9.0 - seconds * 2.4);
      float edge = smoothstep(0.86, 0.94, reach) * (1.0 - smoothstep(0.96, 1.0, reach));
      alpha = arm * 0.45 * (1.0 - reach * 0.6) + edge * 0.8;
      tint = mix(colour, vec3(1.0), arm * 0.25);
    }
    gl_FragColor = vec4(tint, alpha * strength);
  }`;

/** How a mark looks. */
export enum Look {
  Ring = 0,
  Area = 1,
  Whirl = 2,
}

/** Vertices along the radius are this far apart at most, metres. */
const STEP_METRES = 0.9;
const SECTORS = 32;
/** Metres above the ground. */
const LIFT = 0.05;

/** One mark. Moving it samples the ground anew; a still one costs nothing but its drawing. */
export class Disc {
  private readonly mesh: Mesh;
  private readonly material: ShaderMaterial;
  private rings = 0;
  private positions = new Float32Array(0);
  private at: readonly [number, number, number] = [Number.NaN, 0, 0];

  constructor(scene: Scene, look: Look) {
    this.mesh = new Mesh("disc", scene);
    this.material = new ShaderMaterial("disc", scene, "disc", {
      attributes: ["position", "uv"],
      uniforms: ["viewProjection", "colour", "share", "seconds", "look", "strength"],
      needAlphaBlending: true,
    });
    this.material.backFaceCulling = false;
    this.material.disableDepthWrite = true;
    this.material.alphaMode = Constants.ALPHA_COMBINE;
    this.material.setFloat("look", look);
    this.material.setFloat("share", 1);
    this.material.setFloat("strength", 1);
    this.material.onBindObservable.add(() => { this.material.getEffect().setFloat("seconds", clock.seconds); });
    this.mesh.material = this.material;
    this.mesh.isPickable = false;
    this.mesh.alwaysSelectAsActiveMesh = true;
    this.mesh.doNotSyncBoundingInfo = true;
    this.mesh.isVisible = false;
  }

  /** Lays the mark; `floor` is a height it is not below, as of a body on a rock. */
  lay(land: Land, x: number, z: number, radius: number, floor = Number.NEGATIVE_INFINITY): void {
    this.mesh.isVisible = true;
    const [oldX, oldZ, oldRadius] = this.at;
    if (Math.abs(oldX - x) < 0.005 && Math.abs(oldZ - z) < 0.005 && Math.abs(oldRadius - radius) < 0.005) return;
    this.at = [x, z, radius];
    this.shape(Math.max(1, Math.ceil(radius / STEP_METRES)));
    this.positions[0] = x;
    this.positions[1] = Math.max(heightAt(land, x, z), floor) + LIFT;
    this.positions[2] = z;
    for (let ring = 1; ring <= this.rings; ring += 1) {
      const reach = (radius * ring) / this.rings;
      for (let sector = 0; sector < SECTORS; sector += 1) {
        const angle = (sector / SECTORS) * Math.PI * 2;
        const [px, pz] = [x + Math.cos(angle) * reach, z + Math.sin(angle) * reach];
        const index = (1 + (ring - 1) * SECTORS + sector) * 3;
        this.positions[index] = px;
        this.positions[index + 1] = Math.max(heightAt(land, px, pz), floor) + LIFT;
        this.positions[index + 2] = pz;
      }
    }
    this.mesh.updateVerticesData("position", this.positions, false, false);
  }

  /** Vertices and faces for so many rings. */
  private shape(rings: number): void {
    if (rings === this.rings) return;
    this.rings = rings;
    const count = 1 + rings * SECTORS;
    this.positions = new Float32Array(count * 3);
    const places = new Float32Array(count * 2);
    const indices: number[] = [];
    for (let ring = 1; ring <= rings; ring += 1) {
      for (let sector = 0; sector < SECTORS; sector += 1) {
        const angle = (sector / SECTORS) * Math.PI * 2;
        const index = 1 + (ring - 1) * SECTORS + sector;
        places.set([(Math.cos(angle) * ring) / rings, (Math.sin(angle) * ring) / rings], index * 2);
        const next = 1 + (ring - 1) * SECTORS + ((sector + 1) % SECTORS);
        if (ring === 1) indices.push(0, index, next);
        else indices.push(index - SECTORS, index, next, index - SECTORS, next, next - SECTORS);
      }
    }
    const data = new VertexData();
    data.positions = this.positions;
    data.uvs = places;
    data.indices = indices;
    data.applyToMesh(this.mesh, true);
  }

  paint(colour: Colour, share = 1, strength = 1): void {
    this.material.setColor3("colour", new Color3(...colour));
    this.material.setFloat("share", share);
    this.material.setFloat("strength", strength);
  }

  hide(): void {
    this.mesh.isVisible = false;
  }

  dispose(): void {
    this.material.dispose();
    this.mesh.dispose();
  }
}
