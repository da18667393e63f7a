// The desk's keys: the palette, rows, sections; and the overview that renews itself.
// Everything works without it: links, and forms that are posted.
const palette = document.getElementById("palette");
const field = palette.querySelector("input");
const commands = palette.querySelector("[data-commands]");
const found = palette.querySelector("[data-found]");
const SEARCH_MS = 120;
const LIVE_MS = 2000;

// What the page itself offers: its forms, by the palette too.
const own = document.createDocumentFragment();
for (const part of document.querySelectorAll("[data-command]")) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = "#";
  link.textContent = part.querySelector("summary").textContent;
  item.dataset.words = link.textContent.toLowerCase();
  link.addEventListener("click", (event) => {
    event.preventDefault();
    palette.close();
    part.open = true;
    (part.querySelector("input:not([type=hidden])") ?? part.querySelector("button")).focus();
  });
  item.append(link);
  own.append(item);
}

commands.prepend(own);

const shown = () => [...palette.querySelectorAll("li:not([hidden])")];

function mark(items, step) {
  if (!items.length) return;
  const at = items.findIndex((item) => item.classList.contains("here"));
  const next = Math.max(0, Math.min(items.length - 1, at + step));
  for (const item of items) item.classList.toggle("here", item === items[next]);
  items[next].scrollIntoView({ block: "nearest" });
}

// Commands are filtered with each letter, so that Enter never takes one that is not meant.
function filter() {
  const words = field.value.trim().toLowerCase();
  for (const item of commands.children) {
    item.hidden = !item.dataset.words.includes(words);
    item.classList.remove("here");
  }
  found.replaceChildren();
}

let asked = 0;
async function search() {
  const words = field.value.trim();
  const number = ++asked;
  if (words.length < 2) return;
  const answer = await fetch(field.form.action, {
    method: "POST",
    headers: { "X-Part": "1" },
    body: new URLSearchParams({ q: words }),
  });
  if (!answer.ok) return;
  const part = await answer.text();
  if (number === asked) found.innerHTML = part;
}

function openPalette() {
  field.value = "";
  filter();
  palette.showModal();
}

let waiting;
field.addEventListener("input", () => {
  asked++; // what is on its way is out of date
  clearTimeout(waiting);
  filter();
  waiting = setTimeout(search, SEARCH_MS);
});
palette.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    mark(shown(), step);
  } else if (event.key === "Enter") {
    const link = (palette.querySelector("li.here:not([hidden])") ?? shown()[0])?.querySelector("a");
    if (!link) return; // the form is sent: a page of what was found
    event.preventDefault();
    link.click();
  }
});
for (const button of document.querySelectorAll("[data-open=palette]"))
  button.addEventListener("click", openPalette);

// Rows open by click, and by j, k and Enter.
const rows = () => [...document.querySelectorAll("tr[data-href]")];
document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  if (row && !event.target.closest("a, button, summary, input, form"))
    location.assign(row.dataset.href);
});

// A dialog that has just closed has the focus until the page is drawn again.
function isElsewhere(target) {
  const dialog = target.closest("dialog");
  return dialog ? dialog.open : target.closest("input, select, textarea");
}

let isGoing = false;
document.addEventListener("keydown", (event) => {
  if (isElsewhere(event.target)) return;
  if ((event.key === "k" && (event.ctrlKey || event.metaKey)) || event.key === "/") {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (isGoing) document.querySelector(`a[data-go="${CSS.escape(event.key)}"]`)?.click();
  isGoing = !isGoing && event.key === "g";
  if (event.key === "?") document.getElementById("help").showModal();
  else if (event.key === "j") mark(rows(), 1);
  else if (event.key === "k") mark(rows(), -1);
  else if (event.key === "Enter" && !event.target.closest("a, button, summary")) {
    const row = document.querySelector("tr.here");
    if (row) location.assign(row.dataset.href);
  }
});

// The overview, as long as somebody looks at it.
const live = document.querySelector("[data-live]");
async function renew() {
  if (document.hidden) return;
  const answer = await fetch(live.dataset.live).catch(() => null);
  if (!answer?.ok) return;
  const place = rows().findIndex((row) => row.classList.contains("here"));
  live.innerHTML = await answer.text();
  rows()[place]?.classList.add("here");
}
if (live) setInterval(renew, LIVE_MS);
