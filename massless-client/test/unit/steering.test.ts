import { describe, expect, it } from "vitest";

import type { Action } from "../../src/input/bindings";
import { groundHit, headingOf, type Place, Route, turnOf } from "../../src/input/steering";

const held = (...actions: Action[]): Set<Action> => new Set(actions);

describe("heading of pressed keys", () => {
  it("follows the camera", () => {
    expect(headingOf(held("forward"), 0)).toEqual([0, 1]);
    const east = headingOf(held("forward"), Math.PI / 2)!;
    expect(east[0]).toBeCloseTo(1);
    expect(east[1]).toBeCloseTo(0);
    const right = headingOf(held("right"), 0)!;
    expect(right[0]).toBeCloseTo(1);
    expect(right[1]).toBeCloseTo(0);
  });

  it("is never longer than 1, and absent when keys cancel out", () => {
    expect(Math.hypot(...headingOf(held("forward", "left"), 0.7)!)).toBeCloseTo(1);
    expect(headingOf(held("forward", "back"), 0)).toBeUndefined();
    expect(headingOf(held(), 0)).toBeUndefined();
    expect(headingOf(held("chat"), 0)).toBeUndefined();
  });

  it("turns clockwise from north", () => {
    expect(turnOf([0, 1])).toBeCloseTo(0);
    expect(turnOf([1, 0])).toBeCloseTo(Math.PI / 2);
    expect(turnOf([0, -1])).toBeCloseTo(Math.PI);
  });
});

/** Walks a route at 5 m/s and returns where it ends. */
function walk(route: Route, from: Place, speed = 5): { place: Place; ticks: number } {
  let place = from;
  for (let ticks = 0; ticks < 2_000; ticks += 1) {
    const heading = route.steer(place, 0.05);
    if (!heading) return { place, ticks };
    place = [place[0] + heading[0] * speed * 0.05, place[1] + heading[1] * speed * 0.05];
  }
  return { place, ticks: 2_000 };
}

describe("route", () => {
  it("walks the corners to the goal", () => {
    const route = new Route([10, 10], () => [[10, 0], [10, 10]], [0, 0]);
    const { place } = walk(route, [0, 0]);
    expect(Math.hypot(place[0] - 10, place[1] - 10)).toBeLessThan(0.4);
  });

  it("asks for a further path where a search ends short of the goal", () => {
    const searches: Place[] = [];
    const find = (from: Place, to: Place): Place[] => {
      searches.push(from);
      return [[Math.min(from[0] + 8, to[0]), 0]];
    };
    const { place } = walk(new Route([30, 0], find, [0, 0]), [0, 0]);
    expect(place[0]).toBeGreaterThan(29.5);
    expect(searches.length).toBeGreaterThan(3);
  });

  it("ends where no path leads nearer", () => {
    const { place } = walk(new Route([30, 0], (from) => [[Math.min(from[0] + 4, 12), 0]], [0, 0]), [0, 0]);
    expect(place[0]).toBeCloseTo(12, 0);
  });

  it("gives up when it does not come nearer", () => {
    const { ticks } = walk(new Route([30, 0], () => [[30, 0]], [0, 0]), [0, 0], 0);
    expect(ticks).toBeLessThan(60);
  });

  it("ends at once without a path", () => {
    expect(new Route([3, 3], () => [], [0, 0]).steer([0, 0], 0.05)).toBeUndefined();
  });
});

describe("ground under a ray", () => {
  it("hits a plane where it should", () => {
    const hit = groundHit(() => 2, [5, 12, 5], [0.6, -0.8, 0], 100)!;
    expect(hit[0]).toBeCloseTo(5 + (10 / 0.8) * 0.6, 2);
    expect(hit[1]).toBeCloseTo(5, 5);
  });

  it("misses from above the horizon", () => {
    expect(groundHit(() => 0, [0, 2, 0], [0, 0.1, 0.99], 100)).toBeUndefined();
  });

  it("stops at the nearer of two hills", () => {
    const hills = (x: number): number => (Math.abs(x - 10) < 2 || Math.abs(x - 30) < 2 ? 5 : 0);
    expect(groundHit(hills, [0, 3, 0], [1, 0, 0], 100)![0]).toBeCloseTo(8, 1);
  });
});
