// Small choices that a browser keeps for its next visit; where it keeps nothing, they hold on this page.
const here = new Map();

export function remembered(name, fallback) {
  try {
    return window.localStorage.getItem(name) ?? fallback;
  } catch {
    return here.get(name) ?? fallback;
  }
}

export function remember(name, value) {
  here.set(name, value);
  try {
    window.localStorage.setItem(name, value);
  } catch {
    // There is no room, or it is forbidden.
  }
}
