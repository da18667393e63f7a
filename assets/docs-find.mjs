// Searching the docs: headings first, then text. Every word has to be there, in any order.

const MOST = 8;
const AROUND = 60;
const WEIGHTS = { same: 60, begins: 24, word: 12, within: 6, chapter: 4, text: 1 };

// An entry is a heading and the text below it: {anchor, chapter, title, text}.
export function prepared(entries) {
  return entries.map((entry, place) => ({
    ...entry,
    place,
    low: {
      title: entry.title.toLowerCase(),
      chapter: entry.chapter.toLowerCase(),
      text: entry.text.toLowerCase(),
    },
  }));
}

export function find(entries, query) {
  const words = wordsOf(query);
  if (!words.length) return [];
  return entries
    .map((entry) => ({ ...entry, score: scoreOf(entry, words, words.join(" ")) }))
    .filter((entry) => entry.score > 0)
    .sort((one, other) => other.score - one.score || one.place - other.place)
    .slice(0, MOST)
    .map(({ anchor, chapter, title, text }) => ({
      anchor,
      chapter,
      title,
      snippet: snippetOf(text, words),
    }));
}

function wordsOf(query) {
  return query.toLowerCase().split(/\s+/).filter(Boolean);
}

function scoreOf({ low }, words, whole) {
  const scores = words.map((word) => scoreOfWord(low, word));
  if (scores.includes(0)) return 0;
  const sum = scores.reduce((one, other) => one + other, 0);
  return sum + (low.title === whole ? WEIGHTS.same : 0);
}

function scoreOfWord({ title, chapter, text }, word) {
  if (title.startsWith(word)) return WEIGHTS.begins;
  if (` ${title.replace(/[^\p{L}\p{N}]+/gu, " ")}`.includes(` ${word}`)) return WEIGHTS.word;
  if (title.includes(word)) return WEIGHTS.within;
  if (chapter.includes(word)) return WEIGHTS.chapter;
  return text.includes(word) ? WEIGHTS.text : 0;
}

// The text around the first word that is in it, as pairs of a piece and whether it was looked for.
function snippetOf(text, words) {
  const low = text.toLowerCase();
  const at = Math.min(
    ...words.map((word) => low.indexOf(word)).filter((place) => place >= 0),
    text.length,
  );
  const isFound = at < text.length;
  const from = isFound ? wordEdge(text, Math.max(0, at - AROUND)) : 0;
  const piece = text.slice(from, from + 2 * AROUND + 20);
  const parts = marked(piece, words);
  const end = from + piece.length < text.length ? [["…", false]] : [];
  return [...(from > 0 ? [["… ", false]] : []), ...parts, ...end];
}

function wordEdge(text, at) {
  const space = text.indexOf(" ", at);
  return at === 0 || space < 0 || space > at + 20 ? at : space + 1;
}

export function marked(text, words) {
  const any = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  const pieces = text.split(new RegExp(`(${any})`, "gi"));
  return pieces.map((piece, place) => [piece, place % 2 === 1]).filter(([piece]) => piece);
}
