// The desk's keys: the palette, rows, sections; and the overview that renews itself.
// Everything works without it: links, and forms that are posted.
const palette = document.getElementById("palette");
const field = palette.querySelector("input");
const commands = palette.querySelector("[data-commands]");
const found = palette.querySelector("[data-found]");
const SEARCH_MS = 120;
const LIVE_MS = 2000;
const STEPS = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 };

// What the page itself offers: its forms, by the palette too.
const own = [...document.querySelectorAll("[data-command]")].map((part) => {
  const item = commands.lastElementChild.cloneNode(true);
  const link = item.querySelector("a");
  link.textContent = part.querySelector("summary").textContent;
  item.dataset.words = link.textContent.toLowerCase();
  link.addEventListener("click", (event) => {
    event.preventDefault();
    palette.close();
    part.open = true;
    (part.querySelector("input:not([type=hidden])") ?? part.querySelector("button")).focus();
  });
  return item;
});
commands.prepend(...own);

// From the element that has the focus to the next one, or the one before.
function step(stops, by) {
  const at = stops.indexOf(document.activeElement);
  stops[Math.max(0, Math.min(stops.length - 1, at + by))]?.focus();
}

// Commands are filtered with each letter, so that Enter never takes one that is not meant.
function filter() {
  const words = field.value.trim().toLowerCase();
  for (const item of commands.children) item.hidden = !item.dataset.words.includes(words);
  found.replaceChildren();
}

let typed = 0; // how often: what is on its way may be out of date
async function search() {
  const number = typed;
  const body = new URLSearchParams({ q: field.value.trim() });
  if (body.get("q").length < 2) return;
  const answer = await fetch(field.form.action, {
    method: "POST",
    headers: { "X-Part": "1" },
    body,
  });
  const part = await answer.text();
  if (answer.ok && number === typed) found.innerHTML = part;
}

function openPalette() {
  field.value = "";
  filter();
  palette.showModal();
}

let waiting;
field.addEventListener("input", () => {
  typed++;
  clearTimeout(waiting);
  filter();
  waiting = setTimeout(search, SEARCH_MS);
});
palette.addEventListener("keydown", (event) => {
  const links = [...palette.querySelectorAll("li:not([hidden]) a")];
  const isTaken = event.key === "Enter" && event.target === field && links.length > 0;
  const by = event.key.startsWith("Arrow") && STEPS[event.key];
  if (isTaken || by) event.preventDefault(); // else the form is sent: a page of what was found
  if (isTaken) links[0].click();
  if (by) step([field, ...links], by);
});
document.querySelector("[data-open=palette]").addEventListener("click", openPalette);

// A dialog that has just closed has the focus until the page is drawn again.
function isElsewhere(target) {
  const dialog = target.closest("dialog");
  return dialog ? dialog.open : target.closest("input, select, textarea");
}

const rows = () => [...document.querySelectorAll(".opens a")];
let isGoing = false;
document.addEventListener("keydown", (event) => {
  if (isElsewhere(event.target)) return;
  const isCommand = event.ctrlKey || event.metaKey;
  if (event.key === (isCommand ? "k" : "/")) {
    event.preventDefault();
    openPalette();
  }
  if (isCommand || event.altKey) return;
  if (isGoing) document.querySelector(`a[data-go="${CSS.escape(event.key)}"]`)?.click();
  isGoing = !isGoing && event.key === "g";
  if (event.key === "?") document.getElementById("help").showModal();
  if (event.key in STEPS && event.key.length === 1) step(rows(), STEPS[event.key]);
});

// The overview, as long as somebody looks at it.
const live = document.querySelector("[data-live]");
async function renew() {
  if (document.hidden) return;
  const answer = await fetch(live.dataset.live).catch(() => null);
  if (!answer?.ok) return;
  const place = rows().indexOf(document.activeElement);
  live.innerHTML = await answer.text();
  rows()[place]?.focus();
}
if (live) setInterval(renew, LIVE_MS);
