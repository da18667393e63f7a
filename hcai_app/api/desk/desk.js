// The desk's keys: the palette, rows, sections; and the overview that renews itself.
// Everything works without it: links, windows that the browser opens, and forms that are posted.
const palette = document.getElementById("palette");
const field = palette.querySelector("input");
const commands = palette.querySelector("[data-commands]");
const found = palette.querySelector("[data-found]");
const SEARCH_MS = 120;
const LIVE_MS = 2000;
const ARROWS = { ArrowDown: 1, ArrowUp: -1 };
const LETTERS = { j: 1, k: -1 };
const links = (place) => [...document.querySelectorAll(`${place} a`)];
const shown = () => links("#palette li:not([hidden])");

// From the element that has the focus to the next one, or the one before.
function step(event, stops, by) {
  if (!by) return;
  event.preventDefault();
  const at = stops.indexOf(document.activeElement) + by;
  stops[Math.max(0, Math.min(stops.length - 1, at))]?.focus();
}

// What the page itself offers: its forms, by the palette too.
for (const part of [...document.querySelectorAll("[data-command]")].reverse()) {
  const item = commands.lastElementChild.cloneNode(true);
  item.firstChild.textContent = part.firstChild.textContent;
  item.addEventListener("click", (event) => {
    event.preventDefault();
    palette.hidePopover();
    part.open = true;
    part.querySelector("input:not([type=hidden]), button").focus();
  });
  commands.prepend(item);
}

// Commands are filtered with each letter, so that Enter never takes one that is not meant.
function filter() {
  const words = field.value.trim().toLowerCase();
  for (const item of commands.children)
    item.hidden = !item.textContent.toLowerCase().includes(words);
  found.replaceChildren();
}

async function search() {
  const q = field.value.trim();
  if (q.length < 2) return;
  const sent = { method: "POST", headers: { "X-Part": "1" }, body: new URLSearchParams({ q }) };
  const answer = await fetch(field.form.action, sent);
  const part = await answer.text();
  if (answer.ok && field.value.trim() === q) found.innerHTML = part;
}

let waiting;
field.addEventListener("input", () => {
  clearTimeout(waiting);
  filter();
  waiting = setTimeout(search, SEARCH_MS);
});
palette.addEventListener("beforetoggle", () => {
  field.form.reset();
  filter();
});
palette.addEventListener("keydown", (event) => step(event, [field, ...shown()], ARROWS[event.key]));
// Enter takes the first; where there is none, the form is sent: a page of what was found.
palette.addEventListener("submit", (event) => {
  if (shown().length > 0) event.preventDefault();
  shown()[0]?.click();
});

// Letters press what names them, one alone or behind a `g`.
let before = "";
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea, :popover-open")) return;
  const isCommand = event.ctrlKey || event.metaKey;
  const pressed = `${before}${isCommand ? "Ctrl+" : ""}${event.key}`;
  const named = document.querySelector(`[data-keys~="${CSS.escape(pressed)}"]`);
  before = pressed === "g" ? "g+" : "";
  if (named) event.preventDefault();
  named?.click();
  step(event, links(".opens"), LETTERS[pressed]);
});

// The overview, as long as somebody looks at it.
const live = document.querySelector("[data-live]");
async function renew() {
  if (document.hidden) return;
  const answer = await fetch(live.dataset.live).catch(() => null);
  if (!answer?.ok) return;
  const place = links(".opens").indexOf(document.activeElement);
  live.innerHTML = await answer.text();
  links(".opens")[place]?.focus();
}
if (live) setInterval(renew, LIVE_MS);
