// Water: one sheet over all cells that lie below the level; clear at the shore, darker where it is deep.

import { Effect } from "@babylonjs/core/Materials/effect";
import { ShaderMaterial } from "@babylonjs/core/Materials/shaderMaterial";
import type { BaseTexture } from "@babylonjs/core/Materials/Textures/baseTexture";
import { Color3 } from "@babylonjs/core/Maths/math.color";
import type { Vector3 } from "@babylonjs/core/Maths/math.vector";
import { Mesh } from "@babylonjs/core/Meshes/mesh";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData";
import type { Scene } from "@babylonjs/core/scene";

import { type Land, sampleAt } from "massless/core/land";
import type { Mood } from "./mood";
import { clock } from "./surfaces";

Effect.ShadersStore["waterVertexShader"] = `
  precision highp float;
  attribute vec3 position; attribute vec4 color;
  uniform mat4 worldViewProjection;
  varying vec3 vPlace; varying float vDepth;
  void main() {
    vPlace = position; vDepth = color.r * 8.0;
    gl_Position = worldViewProjection * vec4(position, 1.0);
  }`;

Effect.ShadersStore["waterFragmentShader"] = `
  precision highp float;
  varying vec3 vPlace; varying float vDepth;
  uniform sampler2D waves; uniform float seconds; uniform vec3 eye; uniform vec3 toSun;
  uniform vec3 haze; uniform vec2 fogRange; uniform vec3 shallow; uniform vec3 bottom;
  void main() {
    vec2 slow = texture2D(waves, vPlace.xz * 0.045 + seconds * vec2(0.010, 0.006)).gb - 0.5;
    vec2 quick = texture2D(waves, vPlace.zx * 0.16 - seconds * vec2(0.021, 0.017)).gb - 0.5;
    vec2 slope = slow * 0.9 + quick * 0.7;
    vec3 normal = normalize(vec3(slope.x, 1.5, slope.y));
    vec3 gaze = normalize(eye - vPlace);
    float distance = length(eye - vPlace);
    float fresnel = 0.05 + 0.75 * pow(1.0 - max(dot(gaze, normal), 0.0), 4.0);
    vec3 deep = mix(shallow, bottom, clamp(vDepth * 0.45, 0.0, 1.0));
    vec3 sky = mix(haze, vec3(0.36, 0.56, 0.78), clamp(reflect(-gaze, normal).y * 1.4, 0.0, 1.0));
    vec3 colour = mix(deep, sky, fresnel);
    float glint = pow(max(dot(normalize(gaze + toSun), normal), 0.0), 180.0);
    colour += vec3(1.0, 0.9, 0.7) * glint * 0.9;
    float ripple = sin(vDepth * 26.0 - seconds * 1.6 + slow.x * 24.0) * 0.5 + 0.5;
    float foam = smoothstep(0.28, 0.02, vDepth) * (0.35 + 0.65 * ripple);
    colour = mix(colour, vec3(0.93, 0.96, 0.94), foam * 0.65);
    float alpha = clamp(0.30 + vDepth * 0.65 + fresnel * 0.5 + foam * 0.3, 0.0, 0.96) * smoothstep(-0.02, 0.06, vDepth);
    float fog = clamp((distance - fogRange.x) / (fogRange.y - fogRange.x), 0.0, 1.0);
    gl_FragColor = vec4(mix(colour, haze, fog), alpha);
  }`;

/** What the water mirrors and fades into. */
export interface WaterLight {
  readonly waves: BaseTexture;
  readonly mood: Mood;
  readonly toSun: Vector3;
}

function sheet(land: Land): VertexData | undefined {
  const positions: number[] = [];
  const colours: number[] = [];
  const indices: number[] = [];
  const known = new Map<number, number>();
  const corner = (x: number, z: number): number => {
    const key = z * (land.width + 1) + x;
    const found = known.get(key);
    if (found !== undefined) return found;
    const index = positions.length / 3;
    positions.push(x, land.waterLevel, z);
    const depth = Math.min(Math.max((land.waterLevel - sampleAt(land, x, z)) / 8, 0), 1);
    colours.push(depth, 0, 0, 1);
    known.set(key, index);
    return index;
  };
  for (let z = 0; z < land.depth; z += 1) {
    for (let x = 0; x < land.width; x += 1) {
      const lowest = Math.min(sampleAt(land, x, z), sampleAt(land, x + 1, z), sampleAt(land, x, z + 1), sampleAt(land, x + 1, z + 1));
      if (lowest >= land.waterLevel) continue;
      const [sw, se, ne, nw] = [corner(x, z), corner(x + 1, z), corner(x + 1, z + 1), corner(x, z + 1)];
      indices.push(sw, se, ne, sw, ne, nw);
    }
  }
  if (indices.length === 0) return undefined;
  const data = new VertexData();
  data.positions = positions;
  data.colors = colours;
  data.indices = indices;
  return data;
}

/** Lays the water of a map, if it has any. */
export function buildWater(scene: Scene, land: Land, light: WaterLight): Mesh | undefined {
  const data = sheet(land);
  if (!data) return undefined;
  const mesh = new Mesh("water", scene);
  data.applyToMesh(mesh);
  const material = new ShaderMaterial("water", scene, "water", {
    attributes: ["position", "color"],
    uniforms: ["worldViewProjection", "seconds", "eye", "toSun", "haze", "fogRange", "shallow", "bottom"],
    samplers: ["waves"],
    needAlphaBlending: true,
  });
  material.setTexture("waves", light.waves);
  material.setColor3("haze", new Color3(...light.mood.haze));
  material.setColor3("shallow", new Color3(...light.mood.shallow));
  material.setColor3("bottom", new Color3(...light.mood.deep));
  material.setVector3("toSun", light.toSun);
  material.backFaceCulling = false;
  material.onBindObservable.add(() => {
    const effect = material.getEffect();
    effect.setFloat("seconds", clock.seconds);
    effect.setFloat2("fogRange", scene.fogStart, scene.fogEnd);
    if (scene.activeCamera) effect.setVector3("eye", scene.activeCamera.globalPosition);
  });
  mesh.material = material;
  mesh.isPickable = false;
  mesh.freezeWorldMatrix();
  return mesh;
}
