// What the run panels say of what is about to be sent, and how they show what has come back.
import { parsed } from "./answers.mjs";

const LONGEST_WORD = 400;
const KEPT_OF_LONG = 60;
const LONGEST_LIST = 16;
const LONGEST_ANSWER = 60_000;

// What is no JSON in a text, in the browser's words; empty when all of it is.
export function problemOf(text) {
  try {
    JSON.parse(text);
    return "";
  } catch ({ message }) {
    return message;
  }
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
