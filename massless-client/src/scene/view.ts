// Between the world and the screen: where a place appears, and which ray lies under a pixel.

import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector";

import type { Stage } from "./stage";

/** A place on the screen in pixels of the page, and how far away it is in metres. */
export interface OnScreen {
  readonly x: number;
  readonly y: number;
  readonly distance: number;
}

/** Where a place of the world appears; `undefined` behind the camera or outside the picture. */
export function onScreen(stage: Stage, canvas: HTMLCanvasElement, place: readonly [number, number, number]): OnScreen | undefined {
  const at = new Vector3(place[0], place[1], place[2]);
  const distance = Vector3.Distance(at, stage.camera.globalPosition);
  const shown = Vector3.TransformCoordinates(at, stage.scene.getTransformMatrix());
  if (shown.z < 0 || shown.z > 1 || Math.abs(shown.x) > 1.1 || Math.abs(shown.y) > 1.1) return undefined;
  return { x: ((shown.x + 1) / 2) * canvas.clientWidth, y: ((1 - shown.y) / 2) * canvas.clientHeight, distance };
}

/** Origin and direction of the ray under a pixel of the page. */
export function rayUnder(stage: Stage, canvas: HTMLCanvasElement, x: number, y: number): readonly [[number, number, number], [number, number, number]] {
  const back = Matrix.Invert(stage.scene.getTransformMatrix());
  const flat = [(x / canvas.clientWidth) * 2 - 1, 1 - (y / canvas.clientHeight) * 2] as const;
  const far = Vector3.TransformCoordinates(new Vector3(flat[0], flat[1], 0.9), back);
  const origin = stage.camera.globalPosition;
  const direction = far.subtract(origin).normalize();
  return [[origin.x, origin.y, origin.z], [direction.x, direction.y, direction.z]];
}
