import { describe, expect, it } from "vitest";

import { heightAt, type Land, type Prop, PropKind, slopeAt } from "massless/core/land";
import { Obstacles } from "../../src/scene/obstacles";
import { writeMatrix } from "../../src/scene/scatter";

/** A map of 4 x 4 cells that rises by `east` and `north` a metre. */
function slope(east: number, north: number, props: readonly Prop[] = []): Land {
  const heights = new Float32Array(25);
  for (let z = 0; z <= 4; z += 1) for (let x = 0; x <= 4; x += 1) heights[z * 5 + x] = x * east + z * north;
  return { width: 4, depth: 4, heights, materials: new Uint8Array(16), walkable: new Uint8Array(16).fill(1), waterLevel: -1_000, props };
}

const house: Prop = { kind: PropKind.House, round: false, x: 10, z: 10, halfX: 4, halfZ: 1, yaw: Math.PI / 2, base: 0, top: 5 };

describe("ground", () => {
  it("is the plane of its triangles", () => {
    const land = slope(0.5, 0.25);
    for (const [x, z] of [[0, 0], [1.3, 2.7], [2.7, 1.3], [3.999, 3.999]] as const) {
      expect(heightAt(land, x, z)).toBeCloseTo(x * 0.5 + z * 0.25, 2);
    }
    expect(slopeAt(land, 2, 2)).toBeCloseTo(Math.hypot(0.5, 0.25));
  });

  it("splits a cell from south-west to north-east", () => {
    const land = slope(0, 0);
    land.heights[5 + 1] = 1; // the corner (1, 1)
    expect(heightAt(land, 0.5, 0.5)).toBeCloseTo(0.5);
    land.heights[5 + 1] = 0;
    land.heights[1] = 1; // the corner (1, 0) touches the south-eastern half only
    expect(heightAt(land, 0.25, 0.75)).toBeCloseTo(0);
    expect(heightAt(land, 0.75, 0.25)).toBeCloseTo(0.5);
  });

  it("goes on beyond the border as at the border", () => {
    expect(heightAt(slope(1, 0), -9, 2)).toBeCloseTo(0);
    expect(heightAt(slope(1, 0), 99, 2)).toBeCloseTo(4, 2);
  });
});

describe("obstacles of the camera", () => {
  const obstacles = new Obstacles(slope(0, 0, [house]));

  it("turn with the prop", () => {
    expect(obstacles.blocks(10, 2, 13.5)).toBe(true);
    expect(obstacles.blocks(13.5, 2, 10)).toBe(false);
    expect(obstacles.blocks(10, 9, 10)).toBe(false);
  });
});

describe("instances", () => {
  it("are turned clockwise seen from above, then placed", () => {
    const matrix = new Float32Array(16);
    writeMatrix(matrix, 0, { x: 5, y: 1, z: 7, turn: Math.PI / 2, scale: [1, 2, 1] });
    // A row vector (0, 1, 1): north and up.
    const moved = [matrix[8]! + matrix[12]!, matrix[5]! + matrix[13]!, matrix[10]! + matrix[14]!];
    expect(moved[0]).toBeCloseTo(6);
    expect(moved[1]).toBeCloseTo(3);
    expect(moved[2]).toBeCloseTo(7);
  });
});
