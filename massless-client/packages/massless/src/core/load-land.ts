// Copies a loaded map out of the module, so that drawing never depends on its memory.

import type { Land, Prop } from "./land";
import type { Module } from "./module";

/** Numbers in a row of the module's table of props. */
const PROP_COLUMNS = 9;

/** Loads the map file of a zone and shows it as columns. */
export function loadLand(module: Module, file: Uint8Array, zone: number, mood = 0): Land {
  module.give(file);
  module.check(module.exports.map_load());
  module.exports.map_keep(zone);
  return shown(module, mood);
}

/** Loads the map of a zone that the module brings along; nothing where the server has other content. */
export function landOfZone(module: Module, zone: number, content: string, mood = 0): Land | undefined {
  module.giveText(content);
  if (module.exports.map_of_zone(zone) < 0) return undefined;
  module.exports.map_keep(zone);
  return shown(module, mood);
}

/** The loaded map as columns. */
function shown(module: Module, mood: number): Land {
  const core = module.exports;
  const [width, depth] = [core.map_width(), core.map_depth()];
  const count = core.map_props_count();
  const table = module.floats(core.map_props(), count * PROP_COLUMNS);
  const props: Prop[] = [];
  for (let row = 0; row < count; row += 1) props.push(prop(table.subarray(row * PROP_COLUMNS, (row + 1) * PROP_COLUMNS)));
  return {
    width,
    depth,
    heights: module.floats(core.map_heights(), (width + 1) * (depth + 1)),
    materials: module.bytes(core.map_materials(), width * depth),
    walkable: module.bytes(core.map_walkable(), width * depth),
    waterLevel: core.map_water(),
    props,
    mood,
  };
}

function prop(row: Float32Array): Prop {
  const [kind, round, x, z, halfX, halfZ, yaw, base, top] = row as unknown as [number, number, number, number, number, number, number, number, number];
  return { kind: kind, round: round === 1, x, z, halfX, halfZ, yaw, base, top };
}
