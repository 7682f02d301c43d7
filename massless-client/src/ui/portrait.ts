// Upper left: who one is, how one fares, where one is.

import { make, setText } from "./dom";
import { lookIcon } from "./look-icon";

export class Portrait {
  readonly element = make("section", "portrait panel");
  private readonly picture = make("div", "portrait-picture");
  private readonly name = make("strong");
  private readonly zone = make("span", "portrait-zone");
  private readonly health = make("i", "portrait-health");

  constructor() {
    const text = make("div", "portrait-text");
    text.append(this.name, this.health, this.zone);
    this.element.append(this.picture, text);
  }

  welcome(name: string, look: number, zone: string): void {
    setText(this.name, name);
    setText(this.zone, zone);
    this.picture.replaceChildren(lookIcon(look));
  }

  show(health: number): void {
    this.health.style.setProperty("--share", health.toFixed(2));
  }
}
