// The camera behind the figure: turns with the mouse, comes nearer with the wheel, never under ground.

import type { TargetCamera } from "@babylonjs/core/Cameras/targetCamera";
import { Vector3 } from "@babylonjs/core/Maths/math.vector";

import { heightAt, type Land } from "massless/core/land";
import type { Obstacles } from "./obstacles";

const PITCH_LOWEST = -0.28;
const PITCH_HIGHEST = 1.35;
const DISTANCE_NEAREST = 2.2;
const DISTANCE_FARTHEST = 22;
/** Metres the camera keeps above the ground. */
const CLEARANCE = 0.45;
/** The point looked at, metres above the feet. */
const EYES = 1.55;
/** Nearest the camera comes to its target when squeezed, metres. */
const NEAREST_REACH = 0.9;
/** How quickly distance and place follow, per second. */
const FOLLOW_RATE = 14;

export class ThirdPerson {
  /** Direction of view, radians clockwise from north. */
  yaw = 0;
  /** How far the camera looks down, radians. */
  pitch = 0.32;
  /** Wanted distance, metres. */
  distance = 8;
  private shownDistance = 8;
  private readonly target = new Vector3();
  private placed = false;

  constructor(
    private readonly camera: TargetCamera,
    private readonly land: Land,
    private readonly obstacles: Obstacles,
  ) {}

  turn(yaw: number, pitch: number): void {
    this.yaw = (this.yaw + yaw) % (Math.PI * 2);
    this.pitch = Math.min(Math.max(this.pitch + pitch, PITCH_LOWEST), PITCH_HIGHEST);
  }

  zoom(factor: number): void {
    this.distance = Math.min(Math.max(this.distance * factor, DISTANCE_NEAREST), DISTANCE_FARTHEST);
  }

  /** Places the camera for a figure whose feet are there. */
  follow(feet: readonly [number, number, number], seconds: number): void {
    const share = this.placed ? 1 - Math.exp(-seconds * FOLLOW_RATE) : 1;
    this.placed = true;
    this.shownDistance += (this.distance - this.shownDistance) * share;
    // Height is followed softly, so that steps do not jolt the picture.
    this.target.set(feet[0], this.target.y + (feet[1] + EYES - this.target.y) * share, feet[2]);
    const ahead = [Math.sin(this.yaw) * Math.cos(this.pitch), -Math.sin(this.pitch), Math.cos(this.yaw) * Math.cos(this.pitch)] as const;
    const reach = this.freeReach(ahead);
    const place = new Vector3(this.target.x - ahead[0] * reach, this.target.y - ahead[1] * reach, this.target.z - ahead[2] * reach);
    place.y = Math.max(place.y, heightAt(this.land, place.x, place.z) + CLEARANCE);
    this.camera.position.copyFrom(place);
    this.camera.setTarget(this.target);
  }

  /** How far back the camera may go from the target against the view direction. */
  private freeReach(ahead: readonly [number, number, number]): number {
    const steps = 24;
    for (let step = 1; step <= steps; step += 1) {
      const along = (this.shownDistance * step) / steps;
      const [x, y, z] = [this.target.x - ahead[0] * along, this.target.y - ahead[1] * along, this.target.z - ahead[2] * along];
      if (y < heightAt(this.land, x, z) + CLEARANCE || this.obstacles.blocks(x, y, z)) {
        return Math.max((this.shownDistance * (step - 1)) / steps, NEAREST_REACH);
      }
    }
    return this.shownDistance;
  }

  /** The next figure is looked at from its place at once. */
  reset(yaw: number): void {
    this.placed = false;
    this.yaw = yaw;
  }
}

/** The camera of the title page: slowly round the heart of the valley. */
export function orbit(camera: TargetCamera, land: Land, seconds: number): void {
  const [cx, cz] = [land.width / 2, land.depth * 0.3];
  const angle = seconds * 0.035 + 3.4;
  const radius = Math.min(land.width, land.depth) * 0.24;
  const [x, z] = [cx + Math.sin(angle) * radius, cz + Math.cos(angle) * radius];
  const ground = heightAt(land, cx, cz);
  const y = Math.max(ground + 17 + 3 * Math.sin(seconds * 0.11), heightAt(land, x, z) + 5);
  camera.position.set(x, y, z);
  camera.setTarget(new Vector3(cx, ground + 5, cz + 12));
}
