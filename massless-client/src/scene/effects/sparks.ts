// Small lights that turn towards the eye: glows, sparks, trails. One mesh, one draw call for all of them.

import { Constants } from "@babylonjs/core/Engines/constants";
import { Effect } from "@babylonjs/core/Materials/effect";
import { ShaderMaterial } from "@babylonjs/core/Materials/shaderMaterial";
import { Mesh } from "@babylonjs/core/Meshes/mesh";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData";
import "@babylonjs/core/Meshes/thinInstanceMesh";
import "@babylonjs/core/Shaders/ShadersInclude/instancesDeclaration";
import "@babylonjs/core/Shaders/ShadersInclude/instancesVertex";
import type { Scene } from "@babylonjs/core/scene";

import type { Colour } from "../shape";

Effect.ShadersStore["sparksVertexShader"] = `
  precision highp float;
  attribute vec3 position; attribute vec4 sparkColour;
  #include<instancesDeclaration>
  uniform mat4 viewProjection; uniform vec3 right; uniform vec3 up;
  varying vec2 vPlace; varying vec4 vColour;
  void main() {
    #include<instancesVertex>
    vPlace = position.xy; vColour = sparkColour;
    vec3 centre = finalWorld[3].xyz;
    vec2 size = vec2(finalWorld[0].x, finalWorld[1].y);
    vec3 place = centre + right * position.x * size.x + up * position.y * size.y;
    gl_Position = viewProjection * vec4(place, 1.0);
  }`;

Effect.ShadersStore["sparksFragmentShader"] = `
  precision highp float;
  varying vec2 vPlace; varying vec4 vColour;
  void main() {
    float near = max(1.0 - length(vPlace), 0.0);
    float light = near * near * vColour.a;
    float core = smoothstep(0.55, 1.0, near) * vColour.a;
    gl_FragColor = vec4(vColour.rgb * light * 1.5 + vec3(core) * 0.8, 1.0);
  }`;

const CAPACITY = 600;

interface Spark {
  x: number;
  y: number;
  z: number;
  readonly speed: readonly [number, number, number];
  readonly gravity: number;
  readonly size: number;
  readonly colour: Colour;
  readonly seconds: number;
  age: number;
}

/** How a burst flies apart. */
export interface Burst {
  readonly colour: Colour;
  readonly count: number;
  /** Metres per second. */
  readonly speed: number;
  /** Metres. */
  readonly size: number;
  readonly seconds: number;
  /** Metres per second squared, downwards; below 0 rises. */
  readonly gravity?: number;
  /** Metres round the place within which it begins. */
  readonly spread?: number;
  /** Flies up more than aside, 0..1. */
  readonly rise?: number;
}

export class Sparks {
  private readonly mesh: Mesh;
  private readonly matrices = new Float32Array(CAPACITY * 16);
  private readonly colours = new Float32Array(CAPACITY * 4);
  private flying: Spark[] = [];
  private count = 0;
  /** A share of each burst is left out, so that weak machines keep up: 1 is all. */
  density = 1;

  constructor(scene: Scene) {
    const mesh = new Mesh("sparks", scene);
    const data = new VertexData();
    data.positions = [-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1, 0];
    data.indices = [0, 1, 2, 0, 2, 3];
    data.applyToMesh(mesh);
    const material = new ShaderMaterial("sparks", scene, "sparks", {
      attributes: ["position", "sparkColour"],
      uniforms: ["world", "viewProjection", "right", "up"],
      needAlphaBlending: true,
    });
    material.alphaMode = Constants.ALPHA_ADD;
    material.backFaceCulling = false;
    material.disableDepthWrite = true;
    material.onBindObservable.add(() => {
      const view = scene.getViewMatrix().m;
      const effect = material.getEffect();
      effect.setFloat3("right", view[0]!, view[4]!, view[8]!);
      effect.setFloat3("up", view[1]!, view[5]!, view[9]!);
    });
    mesh.material = material;
    mesh.isPickable = false;
    mesh.applyFog = false;
    mesh.alwaysSelectAsActiveMesh = true;
    mesh.doNotSyncBoundingInfo = true;
    for (let index = 0; index < CAPACITY; index += 1) this.matrices[index * 16 + 15] = 1;
    mesh.thinInstanceSetBuffer("matrix", this.matrices, 16, false);
    mesh.thinInstanceSetBuffer("sparkColour", this.colours, 4, false);
    mesh.thinInstanceCount = 0;
    mesh.isVisible = false;
    this.mesh = mesh;
  }

  /** A new picture: what is drawn by `glow` is asked for anew each time. */
  begin(): void {
    this.count = 0;
  }

  /** One light in this picture. */
  glow(place: readonly [number, number, number], size: number, colour: Colour, strength = 1, tall = 1): void {
    if (this.count >= CAPACITY) return;
    const at = this.count * 16;
    this.matrices[at] = size;
    this.matrices[at + 5] = size * tall;
    this.matrices[at + 10] = size;
    this.matrices[at + 12] = place[0];
    this.matrices[at + 13] = place[1];
    this.matrices[at + 14] = place[2];
    this.colours.set(colour, this.count * 4);
    this.colours[this.count * 4 + 3] = strength;
    this.count += 1;
  }

  /** Lights that fly apart from a place. */
  burst(place: readonly [number, number, number], burst: Burst): void {
    const wanted = Math.max(1, Math.round(burst.count * this.density));
    const { spread = 0, rise = 0.4, gravity = 4 } = burst;
    for (let index = 0; index < wanted && this.flying.length < CAPACITY / 2; index += 1) {
      const angle = Math.random() * Math.PI * 2;
      const speed = burst.speed * (0.45 + 0.75 * Math.random());
      const flat = speed * (1 - rise) * (0.4 + 0.6 * Math.random());
      this.flying.push({
        x: place[0] + Math.cos(angle) * spread * Math.random(),
        y: place[1] + (Math.random() - 0.5) * spread * 0.5,
        z: place[2] + Math.sin(angle) * spread * Math.random(),
        speed: [Math.cos(angle) * flat, speed * rise + (Math.random() - 0.3) * speed * 0.5, Math.sin(angle) * flat],
        gravity,
        size: burst.size * (0.6 + 0.8 * Math.random()),
        colour: burst.colour,
        seconds: burst.seconds * (0.6 + 0.6 * Math.random()),
        age: 0,
      });
    }
  }

  /** Draws what flies and what glowed. */
  show(seconds: number): void {
    this.flying = this.flying.filter((spark) => {
      spark.age += seconds;
      return spark.age < spark.seconds;
    });
    for (const spark of this.flying) {
      spark.x += spark.speed[0] * seconds;
      spark.y += (spark.speed[1] - spark.gravity * spark.age) * seconds;
      spark.z += spark.speed[2] * seconds;
      const left = 1 - spark.age / spark.seconds;
      this.glow([spark.x, spark.y, spark.z], spark.size * (0.4 + 0.6 * left), spark.colour, left);
    }
    this.mesh.isVisible = this.count > 0;
    this.mesh.thinInstanceCount = this.count;
    if (this.count === 0) return;
    this.mesh.thinInstanceBufferUpdated("matrix");
    this.mesh.thinInstanceBufferUpdated("sparkColour");
  }

  clear(): void {
    this.flying = [];
  }
}
