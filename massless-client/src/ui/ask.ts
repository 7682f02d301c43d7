// A question over the windows: how many, or whether at all.

import { button, make, setHidden, setText } from "./dom";

export interface Question {
  readonly title: string;
  /** The most one may choose; with 1 it is a question of yes or no. */
  readonly max: number;
  readonly initial?: number;
  readonly confirm: string;
  /** Said of an amount, as its price. */
  readonly note?: (amount: number) => string;
  readonly danger?: boolean;
}

/** An amount as it was typed, within bounds. Pure. */
export function amountFrom(text: string, max: number): number {
  const value = Math.trunc(Number(text));
  return Number.isFinite(value) ? Math.min(Math.max(value, 1), Math.max(max, 1)) : 1;
}

export class Ask {
  readonly element = make("form", "ask invitation panel");
  private readonly title = make("p");
  private readonly row = make("div", "ask-row");
  private readonly input = make("input", "ask-amount");
  private readonly slider = make("input", "ask-slider");
  private readonly note = make("p", "ask-note soft");
  private readonly confirm = make("button", "primary");
  private question: Question | undefined;
  private act: ((amount: number) => void) | undefined;
  private before: Element | null = null;

  constructor() {
    this.element.hidden = true;
    this.element.setAttribute("role", "alertdialog");
    this.input.type = "number";
    this.input.min = "1";
    this.input.setAttribute("aria-label", "How many");
    this.slider.type = "range";
    this.slider.min = "1";
    this.slider.tabIndex = -1;
    this.slider.setAttribute("aria-hidden", "true");
    this.input.addEventListener("input", () => { this.slider.value = this.input.value; this.refresh(); });
    this.slider.addEventListener("input", () => { this.input.value = this.slider.value; this.refresh(); });
    this.row.append(
      button("", "−", () => { this.step(-1); }), this.input, button("", "+", () => { this.step(1); }),
      this.slider, button("ask-all", "All", () => { this.set(this.question?.max ?? 1); }),
    );
    const foot = make("footer");
    this.confirm.type = "submit";
    foot.append(this.confirm, button("", "Cancel", () => { this.close(); }));
    this.element.noValidate = true;
    this.element.append(this.title, this.row, this.note, foot);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.answer();
    });
    this.element.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.close();
    });
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  /** Asks; `act` is told the amount when the answer is yes. */
  open(question: Question, act: (amount: number) => void): void {
    this.before = document.activeElement;
    this.question = question;
    this.act = act;
    setText(this.title, question.title);
    this.element.setAttribute("aria-label", question.title);
    setText(this.confirm, question.confirm);
    this.confirm.className = question.danger === true ? "danger" : "primary";
    this.input.max = this.slider.max = String(question.max);
    setHidden(this.row, question.max <= 1);
    this.element.hidden = false;
    this.set(question.initial ?? 1);
    if (question.max > 1) {
      this.input.focus();
      this.input.select();
    } else this.confirm.focus();
  }

  close(): void {
    if (!this.isOpen) return;
    this.element.hidden = true;
    this.question = undefined;
    this.act = undefined;
    if (this.before instanceof HTMLElement && this.before.isConnected) this.before.focus();
  }

  private get amount(): number {
    return amountFrom(this.input.value, this.question?.max ?? 1);
  }

  private step(by: number): void {
    this.set(this.amount + by);
  }

  private set(amount: number): void {
    this.input.value = this.slider.value = String(amountFrom(String(amount), this.question?.max ?? 1));
    this.refresh();
  }

  private refresh(): void {
    setText(this.note, this.question?.note?.(this.amount) ?? "");
    setHidden(this.note, this.note.textContent === "");
  }

  private answer(): void {
    const { act, amount } = this;
    this.close();
    act?.(amount);
  }
}
