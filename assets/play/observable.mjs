// A state that views read and hear of. Answers grow faster than a screen is drawn, so that what
// changes often is told once a frame.

const HIDDEN_MS = 250;

export class Observable {
  #listeners = new Set();
  #frame = 0;
  #state;

  constructor(state) {
    this.#state = state;
  }

  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  read = () => this.#state;

  set(change, { isSoon = false } = {}) {
    this.#state = { ...this.#state, ...change };
    if (isSoon) this.#tellSoon();
    else this.#tell();
  }

  #tell() {
    this.#listeners.forEach((listener) => listener());
  }

  // A hidden page has no frames.
  #tellSoon() {
    if (this.#frame) return;
    const tell = () => {
      this.#frame = 0;
      this.#tell();
    };
    this.#frame = document.hidden ? setTimeout(tell, HIDDEN_MS) : requestAnimationFrame(tell);
  }
}
