// What covers the world while another one is put in its place.

/** Seconds of each fade. */
const FADE_SECONDS = 0.35;
/** The veil lifts after this many pictures of the new world: the first ones are slow. */
const PICTURES = 3;

export class Veil {
  readonly element = document.createElement("div");

  constructor() {
    const { style } = this.element;
    Object.assign(style, {
      position: "fixed", inset: "0", background: "#0d0a08", opacity: "0", pointerEvents: "none",
      transition: `opacity ${FADE_SECONDS}s ease-in-out`, zIndex: "5",
    });
    this.element.setAttribute("aria-hidden", "true");
  }

  /** Covers everything; resolves once it does. */
  close(): Promise<void> {
    this.element.style.opacity = "1";
    return new Promise((done) => { window.setTimeout(done, FADE_SECONDS * 1_000); });
  }

  /** Lifts after a few pictures. */
  open(): void {
    let pictures = 0;
    const look = (): void => {
      pictures += 1;
      if (pictures < PICTURES) window.requestAnimationFrame(look);
      else this.element.style.opacity = "0";
    };
    window.requestAnimationFrame(look);
  }
}
