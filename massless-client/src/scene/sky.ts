// The sky: a gradient with the sun in it and clouds that drift, on a dome round the camera.

import { Constants } from "@babylonjs/core/Engines/constants";
import { Effect } from "@babylonjs/core/Materials/effect";
import { ShaderMaterial } from "@babylonjs/core/Materials/shaderMaterial";
import type { BaseTexture } from "@babylonjs/core/Materials/Textures/baseTexture";
import { Color3 } from "@babylonjs/core/Maths/math.color";
import type { Vector3 } from "@babylonjs/core/Maths/math.vector";
import { CreateSphere } from "@babylonjs/core/Meshes/Builders/sphereBuilder";
import type { Scene } from "@babylonjs/core/scene";

import type { Mood } from "./mood";
import { clock } from "./surfaces";

Effect.ShadersStore["skyVertexShader"] = `
  precision highp float;
  attribute vec3 position;
  uniform mat4 world; uniform mat4 viewProjection;
  varying vec3 vDirection;
  void main() {
    vDirection = position;
    vec4 place = viewProjection * world * vec4(position, 1.0);
    gl_Position = place.xyww;
  }`;

Effect.ShadersStore["skyFragmentShader"] = `
  precision highp float;
  varying vec3 vDirection;
  uniform sampler2D clouds; uniform float seconds; uniform vec3 toSun; uniform vec3 haze; uniform vec3 skyLow; uniform vec3 skyHigh;
  void main() {
    vec3 direction = normalize(vDirection);
    float height = max(direction.y, 0.0);
    vec3 sky = mix(skyLow, skyHigh, pow(height, 0.7));
    vec3 colour = mix(haze, sky, smoothstep(0.0, 0.26, height));
    float sun = max(dot(direction, toSun), 0.0);
    colour += vec3(1.0, 0.78, 0.46) * (pow(sun, 12.0) * 0.22 + pow(sun, 160.0) * 0.35);
    colour += vec3(1.0, 0.95, 0.85) * smoothstep(0.9990, 0.9996, sun);
    vec2 place = direction.xz / (height + 0.16);
    float puff = texture2D(clouds, place * 0.055 + seconds * vec2(0.0009, 0.0005)).r;
    puff = 0.68 * puff + 0.32 * texture2D(clouds, place * 0.19 + seconds * vec2(0.0021, 0.0008)).r;
    float cloud = smoothstep(0.47, 0.63, puff) * smoothstep(0.02, 0.22, height);
    vec3 white = mix(vec3(0.78, 0.82, 0.88), vec3(1.0, 0.97, 0.92), smoothstep(0.5, 0.8, puff));
    gl_FragColor = vec4(mix(colour, white, cloud * 0.85), 1.0);
  }`;

/** Hangs the sky; it follows the camera and is drawn behind everything. Returns what colours it. */
export function buildSky(scene: Scene, clouds: BaseTexture, toSun: Vector3): (mood: Mood) => void {
  const dome = CreateSphere("sky", { diameter: 40, segments: 8, sideOrientation: Constants.MATERIAL_ClockWiseSideOrientation }, scene);
  const material = new ShaderMaterial("sky", scene, "sky", {
    attributes: ["position"],
    uniforms: ["world", "viewProjection", "seconds", "toSun", "haze", "skyLow", "skyHigh"],
    samplers: ["clouds"],
  });
  material.setTexture("clouds", clouds);
  material.setVector3("toSun", toSun);
  material.backFaceCulling = false;
  material.disableDepthWrite = true;
  material.depthFunction = Constants.LEQUAL;
  material.onBindObservable.add(() => {
    material.getEffect().setFloat("seconds", clock.seconds);
  });
  dome.material = material;
  dome.infiniteDistance = true;
  dome.applyFog = false;
  dome.isPickable = false;
  dome.alwaysSelectAsActiveMesh = true;
  dome.alphaIndex = -1;
  return (mood) => {
    material.setColor3("haze", new Color3(...mood.haze));
    material.setColor3("skyLow", new Color3(...mood.skyLow));
    material.setColor3("skyHigh", new Color3(...mood.skyHigh));
  };
}
