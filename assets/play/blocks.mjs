// Markdown cut into blocks that can be drawn one by one, so that of a growing answer only the last
// block is drawn anew. A block ends at an empty line, unless what follows belongs to it.

const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const LIST = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
const CONTINUED = /^(?: {2,}|\t)/;
// A definition may be used anywhere, so that such a text stays in one piece.
const DEFINITION = /^ {0,3}\[[^\]\n]+\]:/m;
const MAX_WHOLE = 50_000;

export function blocksOf(text) {
  if (text.length < MAX_WHOLE && DEFINITION.test(text)) return [text];
  const blocks = [];
  let block = [];
  let fence = "";
  let isList = false;
  let isAfterEmpty = false;
  for (const line of text.split("\n")) {
    if (!fence && isAfterEmpty && line.trim() && block.length) {
      const belongs = isList && (LIST.test(line) || CONTINUED.test(line));
      if (!belongs) {
        blocks.push(block.join("\n"));
        block = [];
      }
    }
    if (block.length === 0) isList = LIST.test(line);
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
