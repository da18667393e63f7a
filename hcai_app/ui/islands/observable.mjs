// A state that views read and hear of. Answers grow faster than a screen is drawn, so that what
// changes often is told once a frame; a hidden page has no frames.
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
    if (!isSoon) this.#tell();
    else if (document.hidden) this.#frame ||= setTimeout(this.#tell, HIDDEN_MS);
    else this.#frame ||= requestAnimationFrame(this.#tell);
  }

  #tell = () => {
    this.#frame = 0;
    this.#listeners.forEach((listener) => listener());
  };
}
