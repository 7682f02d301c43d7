// What surfaces are made of: Babylon's standard material with small additions for wind, gait and ground.

import { MaterialDefines } from "@babylonjs/core/Materials/materialDefines";
import { MaterialPluginBase } from "@babylonjs/core/Materials/materialPluginBase";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial";
import type { BaseTexture } from "@babylonjs/core/Materials/Textures/baseTexture";
import type { UniformBuffer } from "@babylonjs/core/Materials/uniformBuffer";
import { Color3 } from "@babylonjs/core/Maths/math.color";
import type { Scene } from "@babylonjs/core/scene";

type Code = Record<string, string>;
interface Uniforms {
  readonly ubo: { name: string; size: number; type: string }[];
  readonly vertex?: string;
  readonly fragment?: string;
}

/** Seconds since the page began; every moving surface reads it. */
export const clock = { seconds: 0 };

/** What a surface adds to the standard shader. */
interface Addition {
  readonly attributes?: readonly string[];
  readonly vertex: Code;
  readonly fragment?: Code;
  readonly pattern?: BaseTexture;
}

/** Babylon asks a plug-in for its code while it is being constructed, so it lives in a closure, not in fields. */
function extend(material: StandardMaterial, name: string, addition: Addition): void {
  class Surface extends MaterialPluginBase {
    // Babylon tells shaders apart by this name.
    override getClassName(): string {
      return `${name}Surface`;
    }

    override getAttributes(attributes: string[]): void {
      attributes.push(...(addition.attributes ?? []));
    }

    override getSamplers(samplers: string[]): void {
      if (addition.pattern) samplers.push("patternSampler");
    }

    override getUniforms(): Uniforms {
      return {
        ubo: [{ name: "seconds", size: 1, type: "float" }],
        vertex: "uniform float seconds;\n",
      };
    }

    override bindForSubMesh(buffer: UniformBuffer): void {
      buffer.updateFloat("seconds", clock.seconds);
      if (addition.pattern) buffer.setTexture("patternSampler", addition.pattern);
    }

    override getCustomCode(shaderType: string): Code | null {
      return shaderType === "vertex" ? addition.vertex : (addition.fragment ?? null);
    }
  }
  new Surface(material, name, 200, new MaterialDefines(), true, true);
}

function matt(name: string, scene: Scene): StandardMaterial {
  const material = new StandardMaterial(name, scene);
  material.specularColor = Color3.Black();
  material.diffuseColor = Color3.White();
  material.ambientColor = Color3.White();
  return material;
}

/** Solid things painted by vertex colours. */
export function plainSurface(scene: Scene): StandardMaterial {
  return matt("plain", scene);
}

/** Leaves, needles and grass: what lies high above its own foot sways. */
export function leafSurface(scene: Scene, name: string, bend: number): StandardMaterial {
  const material = matt(name, scene);
  extend(material, `Wind${name}`, {
    vertex: { CUSTOM_VERTEX_UPDATE_WORLDPOS: `
      float lift = max(position.y, 0.0);
      float gust = sin(seconds * 1.7 + worldPos.x * 0.31 + worldPos.z * 0.23)
        + 0.5 * sin(seconds * 3.9 + worldPos.x * 1.7 + worldPos.z * 1.3);
      worldPos.xz += vec2(0.9, 0.45) * gust * lift * ${bend.toFixed(4)};` },
  });
  return material;
}

const GROUND_FRAGMENT_FINE = `
  vec2 groundPlace = vPositionW.xz + vec2(vPositionW.y * 0.6, vPositionW.y * 0.35);
  vec4 fine = texture2D(patternSampler, groundPlace * 0.21);
  vec4 broad = texture2D(patternSampler, groundPlace.yx * 0.031);
  float grain = dot(fine, vSplat) / max(dot(vSplat, vec4(1.0)), 0.01);
  baseColor.rgb *= (0.52 + 0.96 * grain) * (0.80 + 0.40 * broad.b);`;

const GROUND_FRAGMENT_PLAIN = `
  vec4 fine = texture2D(patternSampler, vPositionW.xz * 0.17);
  float grain = dot(fine, vSplat) / max(dot(vSplat, vec4(1.0)), 0.01);
  baseColor.rgb *= 0.56 + 0.88 * grain;`;

/** Ground: vertex colours roughened by the pattern of what lies there (`splat`: grass, rock, sand, paving). */
export function groundSurface(scene: Scene, pattern: BaseTexture, fine: boolean): StandardMaterial {
  const material = matt("ground", scene);
  extend(material, fine ? "FineGround" : "PlainGround", {
    attributes: ["splat"],
    vertex: {
      CUSTOM_VERTEX_DEFINITIONS: "attribute vec4 splat; varying vec4 vSplat;",
      CUSTOM_VERTEX_MAIN_END: "vSplat = splat;",
    },
    fragment: {
      CUSTOM_FRAGMENT_DEFINITIONS: "varying vec4 vSplat; uniform sampler2D patternSampler;",
      CUSTOM_FRAGMENT_UPDATE_DIFFUSE: fine ? GROUND_FRAGMENT_FINE : GROUND_FRAGMENT_PLAIN,
    },
    pattern,
  });
  return material;
}

const FIGURE_DEFINITIONS = `
  attribute vec4 limbOuter; attribute vec4 limbInner;
  attribute vec4 motion; attribute vec4 action; attribute vec3 tintCloth; attribute vec3 tintTrim; attribute vec3 tintHair; attribute vec3 tintSkin;
  vec2 turned(vec2 v, float angle) {
    float s = sin(angle); float c = cos(angle);
    return vec2(v.x * c - v.y * s, v.x * s + v.y * c);
  }`;

// motion: phase of the stride, how far it swings (0..1), breathing phase, lean forward.
// action: a blow (0..1 swung, 0..-1 thrust), how far the arms are raised (0..1), how far it has fallen
// (0..1 on its side, 0..-1 on its back), how much it flashes.
// A swing of 9 marks a spine that winds sideways instead of a joint, 20 what hovers, 21 what flaps there.
// Arms are joints above 1.2 m with an elbow.
const FIGURE_POSITION = `
  vec2 figureZY = positionUpdated.zy;
  vec2 figureNormalZY = normalUpdated.zy;
  float blow = abs(action.x);
  float strike = smoothstep(0.30, 0.52, blow) * (1.0 - smoothstep(0.60, 1.0, blow));
  float wind = smoothstep(0.0, 0.28, blow) * (1.0 - smoothstep(0.30, 0.50, blow));
  bool isArm = limbOuter.x > 1.2 && limbInner.z > 0.2 && limbOuter.z < 8.0;
  if (limbOuter.z > 19.0) {
    float beat = sin(motion.z * 5.0);
    figureZY.y += 0.12 * beat + (limbOuter.z > 20.5 ? abs(positionUpdated.x) * 0.62 * -beat : 0.0);
    figureZY.x += 0.5 * strike;
  } else if (limbOuter.z > 8.0) {
    figureZY.x += (0.5 * strike - 0.15 * wind) * clamp(figureZY.x + 0.6, 0.0, 1.0);
    positionUpdated.x += sin(motion.x * 0.7 - limbOuter.w) * (0.02 + 0.14 * motion.y) * (limbOuter.z - 9.0);
  } else {
    float raise = 0.0;
    float bend = limbInner.z * motion.y * max(sin(motion.x + limbInner.w), 0.0);
    if (isArm) {
      bool right = position.x > 0.0;
      raise = action.y * (1.75 + 0.14 * sin(motion.z * 4.0 + limbOuter.w));
      bend += action.y * 0.5;
      if (action.x > 0.0) {
        raise += right ? wind * 2.5 + strike * 0.75 : wind * 0.7 - strike * 0.3;
        bend += right ? wind * 0.7 : 0.0;
      } else {
        raise += (right ? wind * 0.9 + strike * 1.5 : wind * 1.35 + strike * 1.35);
        bend += right ? wind * 1.3 : 0.0;
      }
    }
    figureZY = turned(figureZY - limbInner.yx, bend) + limbInner.yx;
    float swing = limbOuter.z * (motion.y * sin(motion.x + limbOuter.w) + 0.05 * step(1.2, limbOuter.x) * sin(motion.z + limbOuter.w));
    swing = isArm ? swing * (1.0 - 0.8 * clamp(action.y * 2.0 + blow, 0.0, 1.0)) + raise : swing;
    figureZY = turned(figureZY - limbOuter.yx, swing) + limbOuter.yx;
    figureNormalZY = turned(turned(figureNormalZY, bend), swing);
    // The whole body goes along with a blow.
    figureZY.x += (0.42 * strike - 0.16 * wind) * clamp(figureZY.y, 0.0, 1.4) * 0.55;
    figureZY.y += 0.035 * motion.y * abs(cos(motion.x));
    figureZY.y += 0.010 * sin(motion.z) * clamp(figureZY.y - 0.6, 0.0, 1.0);
    figureZY.x += motion.w * figureZY.y * 0.16;
  }
  if (action.z < 0.0) {
    figureZY = turned(figureZY, -action.z * 1.5);
    figureZY.y += 0.14 * -action.z;
  }
  positionUpdated.zy = figureZY;
  normalUpdated.zy = figureNormalZY;
  if (action.z > 0.0) {
    positionUpdated.xy = turned(positionUpdated.xy, action.z * -1.45) + vec2(0.0, 0.2 * action.z);
    normalUpdated.xy = turned(normalUpdated.xy, action.z * -1.45);
  }`;

const FIGURE_TINT = `
  vec3 figureTint = color.a > 0.9 ? vec3(1.0) : color.a > 0.6 ? tintCloth : color.a > 0.4 ? tintTrim : color.a > 0.15 ? tintHair : tintSkin;
  vColor.rgb = mix(vColor.rgb * figureTint, vec3(1.9, 1.55, 1.35), clamp(action.w, 0.0, 0.85));`;

/** Figures: limbs swing by the instance's motion, clothes take its tints. */
export function figureSurface(scene: Scene): StandardMaterial {
  const material = matt("figure", scene);
  extend(material, "Figure", {
    attributes: ["limbOuter", "limbInner", "motion", "action", "tintCloth", "tintTrim", "tintHair", "tintSkin"],
    vertex: {
      CUSTOM_VERTEX_DEFINITIONS: FIGURE_DEFINITIONS,
      CUSTOM_VERTEX_UPDATE_POSITION: FIGURE_POSITION,
      CUSTOM_VERTEX_MAIN_END: FIGURE_TINT,
    },
  });
  return material;
}
