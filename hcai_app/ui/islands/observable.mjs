// A state that views read and hear of.
export class Observable {
  #listeners = new Set();
  #state;

  constructor(state) {
    this.#state = state;
  }

  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  read = () => this.#state;

  set(change) {
    this.#state = { ...this.#state, ...change };
    this.#listeners.forEach((listener) => listener());
  }
}
