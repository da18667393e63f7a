// What the run panels say of what is about to be sent, and how they show what has come back.
import { parsed } from "./answers.mjs";

const LONGEST_WORD = 400;
const KEPT_OF_LONG = 60;
const LONGEST_LIST = 16;
const LONGEST_ANSWER = 60_000;

// What is wrong with a body before it is sent; empty when nothing is.
export function problemOf(text) {
  try {
    const body = JSON.parse(text);
    const isObject = body !== null && typeof body === "object" && !Array.isArray(body);
    return isObject ? "" : "The body has to be a JSON object: it begins with { and ends with }.";
  } catch ({ message }) {
    return `This is not JSON yet${placeOf(message)}.`;
  }
}

// Some browsers tell line and column, some nothing.
function placeOf(message) {
  if (/end of|unterminated/i.test(message)) return ": it ends too early";
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
  return line ? `: look at line ${line}, column ${column}` : "";
}

// What is wrong with a path before it is asked for; empty when nothing is.
export function pathProblemOf(text) {
  const path = text.trim();
  if (!path.startsWith("/")) return "A path begins with a slash, like /models.";
  return path.endsWith("=")
    ? "Run another example first, or write the id of one of your calls behind the =."
    : "";
}

// A raw answer to look at: JSON indented, and what is long in it (pictures, vectors) cut short.
export function readable(raw) {
  const body = parsed(raw);
  const text =
    body === undefined ? raw.replace(/[^"\s]+/g, cut) : JSON.stringify(body, shortened, 2);
  return text.length > LONGEST_ANSWER ? `${text.slice(0, LONGEST_ANSWER)}\n… and more` : text;
}

// The beginning of a long answer that is still growing, which is quick to make.
export const beginning = (raw) => readable(raw.slice(0, LONGEST_ANSWER + 1));

function shortened(_, value) {
  if (typeof value === "string") return value.includes(" ") ? value : cut(value);
  const isVector = Array.isArray(value) && value.every((one) => typeof one === "number");
  if (!isVector || value.length <= LONGEST_LIST) return value;
  return [...value.slice(0, 4), `… ${value.length - 4} more`];
}

function cut(word) {
  if (word.length <= LONGEST_WORD) return word;
  return `${word.slice(0, KEPT_OF_LONG)}… (${word.length} characters)`;
}
