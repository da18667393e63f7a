// Markdown cut into blocks that can be drawn one by one, so that of a growing answer only the last
// block is drawn anew. A block ends at an empty line, unless what follows belongs to it.

const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const LIST = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
const CONTINUED = /^(?: {2,}|\t)/;
// Where a link leads may be told anywhere, once: it is put before each block that asks for it.
const DEFINITION = /^ {0,3}\[([^[\]^][^[\]]*)\]:\s*\S/;
const LABEL = /\[([^[\]]+)\]/g;
// Footnotes are numbered through the whole text, so that a text with footnotes stays in one piece.
const FOOTNOTE = /^ {0,3}\[\^[^\]\n]+\]:/m;
const MAX_WHOLE = 50_000;

export function blocksOf(text) {
  if (text.length < MAX_WHOLE && FOOTNOTE.test(text)) return [text];
  const definitions = new Map();
  const blocks = cut(text, (label, line) => definitions.has(label) || definitions.set(label, line));
  return definitions.size ? blocks.map((block) => withDefinitions(block, definitions)) : blocks;
}

function withDefinitions(block, definitions) {
  const asked = new Set(
    [...block.matchAll(LABEL)].map(([, label]) => definitions.get(plain(label))),
  );
  const added = [...asked].filter((line) => line && !block.split("\n").includes(line));
  return added.length ? `${added.join("\n")}\n\n${block}` : block;
}

const plain = (label) => label.trim().replace(/\s+/g, " ").toLowerCase();

function cut(text, onDefinition) {
  const blocks = [];
  let block = [];
  let fence = "";
  let isList = false;
  let isAfterEmpty = false;
  let isDefining = false;
  for (const line of text.split("\n")) {
    if (!fence && isAfterEmpty && line.trim() && block.length) {
      const belongs = isList && (LIST.test(line) || CONTINUED.test(line));
      if (!belongs) {
        blocks.push(block.join("\n"));
        block = [];
      }
    }
    if (block.length === 0) isList = LIST.test(line);
    // Amid a paragraph, or in code, it is none: both have begun with another line.
    isDefining = (isDefining || block.every((it) => !it.trim())) && DEFINITION.test(line);
    if (isDefining) onDefinition(plain(DEFINITION.exec(line)[1]), line);
    fence = afterLine(fence, line);
    isAfterEmpty = line.trim() === "";
    block.push(line);
  }
  if (block.length) blocks.push(block.join("\n"));
  return blocks.filter((it) => it.trim());
}

// The fence that code is in after a line; empty outside of code.
function afterLine(fence, line) {
  const [, marks, rest] = FENCE.exec(line) ?? [];
  if (!marks) return fence;
  if (!fence) return marks[0] === "`" && rest.includes("`") ? "" : marks;
  return marks[0] === fence[0] && marks.length >= fence.length && !rest.trim() ? "" : fence;
}
