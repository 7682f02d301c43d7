// Icons made in code: a few shapes on a coloured ground, drawn as SVG.

const NAMESPACE = "http://www.w3.org/2000/svg";

/** A filled or stroked path in a square of 32. */
export interface Shape {
  readonly path: string;
  readonly fill?: string;
  readonly stroke?: string;
  readonly width?: number;
  readonly turn?: number;
}

export interface Drawing {
  readonly ground: readonly [light: string, dark: string];
  readonly shapes: readonly Shape[];
}

export const fill = (path: string, colour: string, turn = 0): Shape => ({ path, fill: colour, turn });
export const line = (path: string, colour: string, width = 2, turn = 0): Shape => ({ path, stroke: colour, width, turn });

/** The drawing as an element. */
export function iconOf(drawing: Drawing): SVGSVGElement {
  const svg = document.createElementNS(NAMESPACE, "svg");
  svg.setAttribute("viewBox", "0 0 32 32");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  svg.style.background = `radial-gradient(circle at 38% 30%, ${drawing.ground[0]}, ${drawing.ground[1]} 85%)`;
  for (const shape of drawing.shapes) {
    const path = document.createElementNS(NAMESPACE, "path");
    path.setAttribute("d", shape.path);
    path.setAttribute("fill", shape.fill ?? "none");
    if (shape.stroke !== undefined) {
      path.setAttribute("stroke", shape.stroke);
      path.setAttribute("stroke-width", String(shape.width ?? 2));
      path.setAttribute("stroke-linecap", "round");
      path.setAttribute("stroke-linejoin", "round");
    }
    if (shape.turn) path.setAttribute("transform", `rotate(${shape.turn} 16 16)`);
    svg.append(path);
  }
  return svg;
}

/** A number spread over all bits, the same for the same number everywhere. */
export function scattered(value: number): number {
  let hash = Math.imul(value ^ 0x5bd1e995, 0x9e3779b1);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** A ground of some hue, in degrees. */
export function groundOf(hue: number, strength = 45): readonly [string, string] {
  return [`hsl(${hue} ${strength}% 34%)`, `hsl(${hue} ${strength}% 11%)`];
}

/** A circle as a path. */
export function disc(x: number, y: number, radius: number): string {
  return `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${radius * 2} 0a${radius} ${radius} 0 1 0 ${-radius * 2} 0z`;
}
