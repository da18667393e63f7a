// Where the reader is in the docs: links to the chapter and section that is being read are marked.

// A chapter or heading is the reader's once it is so near to the top.
const READING_LINE_PX = 140;

const chapterList = () => document.getElementById("docs-chapters");

export const followSoon = () => requestAnimationFrame(follow);

// Only the chapter at hand is asked for its headings: the others may not have been laid out yet.
function follow() {
  const chapters = [...document.querySelectorAll(".docs-chapter")];
  const isAtEnd = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 4;
  const last = isAtEnd && window.scrollY > 0;
  const read = (elements) => (last ? elements.at(-1) : elements.findLast(isRead)) ?? elements[0];
  const headings = read(chapters)?.querySelectorAll(":is(h2, h3)[id]") ?? [];
  if (headings.length > 0) mark(read([...headings]), headings[0]);
}

const isRead = (element) => element.getBoundingClientRect().top <= READING_LINE_PX;

function mark(here, chapter) {
  const list = chapterList();
  if (list.dataset.here === here.id) return;
  list.dataset.here = here.id;
  const anchors = [`#${here.id}`, `#${chapter.id}`];
  for (const link of list.querySelectorAll("a"))
    link.ariaCurrent = anchors.includes(link.hash) ? "location" : null;
  document.getElementById("docs-now").textContent = chapter.textContent;
  keepInView();
}

export const keepInView = () =>
  [...chapterList().querySelectorAll("[aria-current]")].at(-1).scrollIntoView({ block: "nearest" });

// The browser closes the unfolded chapters by itself, but not when one is chosen.
export const fold = () => chapterList().hidePopover();

// Fonts that come in change the height of what stands above, after the browser has gone to the anchor
// of the address: it goes there once more, unless the reader has moved.
export function begin() {
  followSoon();
  const target = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
  let place = window.scrollY;
  const go = () => {
    if (window.scrollY === place) target?.scrollIntoView({ behavior: "instant" });
    place = window.scrollY;
  };
  requestAnimationFrame(go);
  document.fonts?.ready.then(go);
}
