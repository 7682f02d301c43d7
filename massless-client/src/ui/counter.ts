// What things from the bag are given to while a window that takes them is open: a shop, the storage, a letter.

import type { Item } from "massless/core/world";

export interface Taker {
  /** What its button is called: "Sell", "Store". */
  readonly label: string;
  accepts(item: Item): boolean;
  take(item: Item): void;
}

export class Counter {
  private taker: Taker | undefined;
  /** Told when another takes things now, or nobody. */
  onChange: (() => void) | undefined;

  get current(): Taker | undefined {
    return this.taker;
  }

  open(taker: Taker): void {
    if (this.taker === taker) return;
    this.taker = taker;
    this.onChange?.();
  }

  close(taker: Taker): void {
    if (this.taker !== taker) return;
    this.taker = undefined;
    this.onChange?.();
  }
}
