// A small drawing of a player's look, in the colours that the figure will wear.

import type { Colour } from "../scene/shape";
import { outfitOf, Kind } from "../figures/wardrobe";

const NAMESPACE = "http://www.w3.org/2000/svg";

function web(tint: Colour): string {
  return `rgb(${tint.map((channel) => Math.round(channel * 255)).join(" ")})`;
}

function part(tag: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const element = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

const BODIES = [
  "M15 26h18l3 22h-8v12h-3V48h-2v12h-3V48h-8z",
  "M16 26h16l7 34H9z",
  "M15 26h18l3 22h-8v12h-3V48h-2v12h-3V48h-8z",
  "M14 26h20l3 22h-9v12h-3V48h-2v12h-3V48h-9z",
] as const;

/** Hair or hood behind and above the face. */
const HEADS = [
  "M15 15a9 9 0 0 1 18 0c-3-4-15-4-18 0z",
  "M14 15a10 10 0 0 1 20 0v14h-5V16H19v13h-5z",
  "M12 28c-1-16 4-22 12-22s13 6 12 22l-6-3V15H18v10z",
  "M15 15a9 9 0 0 1 18 0c-3-4-15-4-18 0zM24 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
] as const;

/** The drawing of a look, 0..15. */
export function lookIcon(look: number): SVGElement {
  const { tints } = outfitOf(Kind.Character, look);
  const dress = look % 4;
  const icon = part("svg", { viewBox: "0 0 48 64", "aria-hidden": "true" });
  if (dress === 0 || dress === 3) icon.append(part("path", { d: "M17 26h14l8 26H9z", fill: web(tints.trim) }));
  icon.append(
    part("path", { d: BODIES[dress]!, fill: web(tints.cloth) }),
    part("path", { d: "M14 42h20v3H14z", fill: "#6b4a2f" }),
    part("circle", { cx: "24", cy: "17", r: "8.5", fill: web(tints.skin) }),
    part("path", { d: HEADS[dress]!, fill: web(dress === 2 ? tints.cloth : tints.hair) }),
  );
  return icon;
}
