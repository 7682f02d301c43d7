// Names above heads: a pool of elements that follow the figures on the screen.

import { make, setText } from "./dom";

/** One name on the screen; `x`, `y` in pixels of the page, the foot of the plate. */
export interface Plate {
  readonly name: string;
  readonly role: string;
  readonly tone: "own" | "player" | "party" | "creature" | "fierce" | "npc" | "portal";
  /** Hit points, 0..1; a bar is shown when it is not full. */
  readonly health: number;
  readonly x: number;
  readonly y: number;
  readonly distance: number;
}

const PLATES_MAX = 28;

class PlateElement {
  readonly root = make("div", "plate");
  private readonly name = make("span", "plate-name");
  private readonly role = make("span", "plate-role");
  private readonly bar = make("i", "plate-bar");
  private tone = "";

  constructor() {
    this.root.append(this.name, this.role, this.bar);
  }

  show(plate: Plate): void {
    setText(this.name, plate.name);
    setText(this.role, plate.role);
    if (this.tone !== plate.tone) {
      this.tone = plate.tone;
      this.root.className = `plate ${plate.tone}`;
    }
    this.bar.hidden = plate.health >= 1;
    this.bar.style.setProperty("--share", plate.health.toFixed(2));
    const scale = Math.min(1, Math.max(0.7, 12 / plate.distance));
    this.root.style.transform = `translate(${plate.x.toFixed(1)}px, ${plate.y.toFixed(1)}px) translate(-50%, -100%) scale(${scale.toFixed(2)})`;
    this.root.style.opacity = Math.min(1, Math.max(0.25, 1.6 - plate.distance / 30)).toFixed(2);
    this.root.hidden = false;
  }
}

export class Plates {
  readonly element = make("div", "plates");
  private readonly pool: PlateElement[] = [];

  /** Shows the nearest of these and hides all others. */
  show(plates: Plate[]): void {
    plates.sort((a, b) => a.distance - b.distance);
    const count = Math.min(plates.length, PLATES_MAX);
    for (let index = 0; index < count; index += 1) this.at(index).show(plates[index]!);
    for (let index = count; index < this.pool.length; index += 1) this.pool[index]!.root.hidden = true;
  }

  private at(index: number): PlateElement {
    let plate = this.pool[index];
    if (!plate) {
      plate = new PlateElement();
      this.pool.push(plate);
      this.element.append(plate.root);
    }
    return plate;
  }
}
