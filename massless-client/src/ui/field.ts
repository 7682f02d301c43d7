// A labelled field of a form with a line under it: a hint, or what is wrong.

import { make, setText } from "./dom";

export interface FieldOptions {
  readonly type?: "text" | "password" | "email" | "number";
  readonly autocomplete?: AutoFill;
  readonly maxLength?: number;
  readonly hint?: string;
}

export class Field {
  readonly element = make("label", "field");
  readonly input = make("input");
  private readonly line = make("span", "field-line");

  constructor(readonly name: string, label: string, private readonly options: FieldOptions = {}) {
    const { input, line } = this;
    input.type = options.type ?? "text";
    input.id = name;
    input.name = name;
    input.spellcheck = false;
    input.autocomplete = options.autocomplete ?? "off";
    if (options.maxLength !== undefined) input.maxLength = options.maxLength;
    line.id = `${name}-line`;
    input.setAttribute("aria-describedby", line.id);
    input.addEventListener("input", () => { this.clear(); });
    this.element.append(make("span", "field-label", label), input, line);
    this.clear();
  }

  get value(): string {
    return this.input.value;
  }

  set value(value: string) {
    this.input.value = value;
  }

  /** Says what is wrong with it. */
  trouble(sentence: string): void {
    this.input.setAttribute("aria-invalid", "true");
    this.line.classList.add("trouble");
    this.line.setAttribute("role", "alert");
    setText(this.line, sentence);
  }

  /** Nothing is wrong with it. */
  clear(): void {
    this.input.setAttribute("aria-invalid", "false");
    this.line.classList.remove("trouble");
    this.line.removeAttribute("role");
    setText(this.line, this.options.hint ?? "");
  }

  hint(text: string): void {
    if (this.input.getAttribute("aria-invalid") !== "true") setText(this.line, text);
  }
}
