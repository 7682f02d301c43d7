// Engine, scene, light, fog and shadow, and what each quality means for them.

import "@babylonjs/core/Lights/Shadows/shadowGeneratorSceneComponent";
import { Engine } from "@babylonjs/core/Engines/engine";
import { TargetCamera } from "@babylonjs/core/Cameras/targetCamera";
import { DirectionalLight } from "@babylonjs/core/Lights/directionalLight";
import { HemisphericLight } from "@babylonjs/core/Lights/hemisphericLight";
import { ShadowGenerator } from "@babylonjs/core/Lights/Shadows/shadowGenerator";
import { Color3, Color4 } from "@babylonjs/core/Maths/math.color";
import { Vector3 } from "@babylonjs/core/Maths/math.vector";
import type { Mesh } from "@babylonjs/core/Meshes/mesh";
import { Scene } from "@babylonjs/core/scene";

import { type Mood, moodOf } from "./mood";
import { clock } from "./surfaces";

export type Quality = "low" | "medium" | "high";

/** What a quality draws. Lengths in metres. */
export interface Grade {
  /** Device pixels drawn for each pixel shown, along one edge; below 1 is coarser. */
  readonly resolution: number;
  /** The resolution may sink to this to keep the picture moving. */
  readonly resolutionLeast: number;
  readonly view: number;
  readonly farFrom: number;
  /** Texels along an edge of the shadow map; 0 is none. */
  readonly shadows: number;
  readonly tufts: { readonly radius: number; readonly density: number };
  /** Sides of round things. */
  readonly detail: number;
  /** Figures are coarser beyond, and not drawn beyond. */
  readonly figures: { readonly coarse: number; readonly view: number };
  readonly fineGround: boolean;
}

export const GRADES: Readonly<Record<Quality, Grade>> = {
  low: { resolution: 0.6, resolutionLeast: 0.36, view: 120, farFrom: 22, shadows: 0, tufts: { radius: 11, density: 0.5 }, detail: 6, figures: { coarse: 10, view: 62 }, fineGround: false },
  medium: { resolution: 1, resolutionLeast: 0.6, view: 240, farFrom: 55, shadows: 1_024, tufts: { radius: 26, density: 1.6 }, detail: 8, figures: { coarse: 30, view: 110 }, fineGround: true },
  high: { resolution: 2, resolutionLeast: 1, view: 340, farFrom: 110, shadows: 2_048, tufts: { radius: 42, density: 3 }, detail: 9, figures: { coarse: 55, view: 110 }, fineGround: true },
};

/** Direction to the sun, unit length: a bright late morning from the south-east. */
export const TO_SUN = new Vector3(0.52, 0.62, -0.58).normalize();
/** Pictures per second below which the resolution sinks, and above which it rises again. */
const FPS_LOW = 22;
const FPS_HIGH = 48;
/** Radius within which things throw shadows, metres. */
const SHADOW_REACH = 34;

export class Stage {
  readonly engine: Engine;
  readonly scene: Scene;
  readonly camera: TargetCamera;
  private readonly sun: DirectionalLight;
  private readonly air: HemisphericLight;
  private mood: Mood;
  private shadow: ShadowGenerator | undefined;
  private grade: Grade = GRADES.medium;
  private ratio = 1;

  constructor(canvas: HTMLCanvasElement) {
    this.engine = new Engine(canvas, false, { powerPreference: "high-performance", stencil: false, alpha: false, audioEngine: false, adaptToDeviceRatio: false });
    this.scene = new Scene(this.engine);
    this.scene.skipPointerMovePicking = true;
    this.scene.detachControl();
    this.scene.autoClear = true;
    this.scene.ambientColor = new Color3(0.06, 0.06, 0.07);
    this.scene.fogMode = Scene.FOGMODE_LINEAR;
    this.camera = new TargetCamera("camera", new Vector3(0, 10, -10), this.scene);
    this.camera.minZ = 0.15;
    this.camera.maxZ = 900;
    this.camera.fov = 0.95;
    this.air = new HemisphericLight("air", new Vector3(0.1, 1, 0), this.scene);
    this.air.specular = Color3.Black();
    this.sun = new DirectionalLight("sun", TO_SUN.scale(-1), this.scene);
    this.sun.specular = Color3.Black();
    this.sun.autoUpdateExtends = false;
    this.sun.autoCalcShadowZBounds = false;
    this.mood = moodOf(0);
    this.feel(this.mood);
  }

  /** Light, haze and their distance, as a zone feels. */
  feel(mood: Mood): void {
    this.mood = mood;
    const haze = new Color3(...mood.haze);
    this.scene.clearColor = Color4.FromColor3(haze);
    this.scene.fogColor = haze;
    this.air.diffuse = new Color3(...mood.air);
    this.air.groundColor = new Color3(...mood.bounce);
    this.sun.diffuse = new Color3(...mood.sun);
    this.haze();
  }

  private haze(): void {
    this.scene.fogStart = this.grade.view * 0.4 * this.mood.clear;
    this.scene.fogEnd = (this.grade.view + 330) * Math.min(1, 0.4 + 0.6 * this.mood.clear);
  }

  /** Sets resolution, sight and shadows. */
  apply(grade: Grade): void {
    this.grade = grade;
    this.ratio = this.fullRatio;
    this.engine.setHardwareScalingLevel(1 / this.ratio);
    this.camera.maxZ = grade.view + 480;
    this.haze();
    this.shadow?.dispose();
    this.shadow = undefined;
    if (grade.shadows === 0) return;
    const shadow = new ShadowGenerator(grade.shadows, this.sun);
    shadow.usePercentageCloserFiltering = true;
    shadow.filteringQuality = ShadowGenerator.QUALITY_MEDIUM;
    shadow.bias = 0.0016;
    shadow.normalBias = 0.02;
    shadow.setDarkness(0.05);
    shadow.frustumEdgeFalloff = 0.2;
    this.sun.orthoLeft = this.sun.orthoBottom = -SHADOW_REACH;
    this.sun.orthoRight = this.sun.orthoTop = SHADOW_REACH;
    this.sun.shadowMinZ = 1;
    this.sun.shadowMaxZ = 220;
    this.shadow = shadow;
  }

  private get fullRatio(): number {
    const { resolution } = this.grade;
    return resolution > 1 ? Math.min(window.devicePixelRatio, resolution) : resolution;
  }

  /** Pixels that are really drawn. */
  get picture(): { readonly width: number; readonly height: number } {
    return { width: this.engine.getRenderWidth(), height: this.engine.getRenderHeight() };
  }

  /** Called about once a second: trades resolution for a picture that moves. */
  adapt(fps: number): void {
    const least = Math.min(this.grade.resolutionLeast, this.fullRatio);
    let ratio = this.ratio;
    if (fps < FPS_LOW) ratio = Math.max(least, ratio * 0.85);
    else if (fps > FPS_HIGH) ratio = Math.min(this.fullRatio, ratio * 1.1);
    if (Math.abs(ratio - this.ratio) < 0.01) return;
    this.ratio = ratio;
    this.engine.setHardwareScalingLevel(1 / ratio);
  }

  /** These throw shadows, when there are any. */
  cast(meshes: readonly Mesh[]): void {
    const map = this.shadow?.getShadowMap();
    if (map) map.renderList = [...meshes];
  }

  /** Moves the lit square along, in whole steps so that edges do not crawl. */
  follow(x: number, y: number, z: number): void {
    const snap = (value: number): number => Math.round(value / 2) * 2;
    this.sun.position.set(snap(x), snap(y), snap(z));
    this.sun.position.addInPlace(TO_SUN.scale(110));
  }

  /** Runs `frame` with the seconds since the last one before each picture, and `drawn` after it. */
  run(frame: (seconds: number) => void, drawn?: () => void): void {
    let before = performance.now();
    this.engine.runRenderLoop(() => {
      const now = performance.now();
      const seconds = Math.min((now - before) / 1_000, 0.25);
      before = now;
      clock.seconds += seconds;
      frame(seconds);
      this.scene.render();
      drawn?.();
    });
  }
}
