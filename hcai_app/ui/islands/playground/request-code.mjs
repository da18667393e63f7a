// A request as a program that runs as written: the body goes into a template of its language. What
// was typed may hold anything, so every text is written as a literal, and templates are filled once.

// Stands in a body for a file's data URL: the program reads the file that lies beside it.
export class FileUrl {
  constructor(name, type) {
    this.name = name;
    this.type = type;
  }
}

const WIDTH = 76;
// A longer argument is more than a shell can pass on.
const MAX_ARGUMENT = 100_000;
const PLACES = /\{(base|data|body|arguments|imports|helper)\}/g;
const IDENTIFIER = /^[A-Za-z_]\w*$/;
// Signs that nobody sees, or that turn the order of a line around: a program shows them by number.
const UNSEEN = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const HALVES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

// `code` holds the templates, helpers and names that hcai_app/docs/examples/requests.py gives.
export function program(code, kind, language, { base, body }) {
  const hasFiles = holdsFile(body);
  // A picture's program in Python needs what a file's helper needs.
  const needsImports = hasFiles || (kind === "picture" && language === "python");
  const places = {
    base: () => base,
    data: () => curlData(body, hasFiles),
    body: () => print(body, JAVASCRIPT),
    arguments: () => pythonArguments(body, code.arguments),
    imports: () => (needsImports ? code.imports[language] : ""),
    helper: () => (hasFiles ? code.helpers[language] : ""),
  };
  return code.templates[kind][language].replace(PLACES, (_, name) => places[name]());
}

export function holdsFile(value) {
  if (value instanceof FileUrl) return true;
  return value !== null && typeof value === "object" && Object.values(value).some(holdsFile);
}

// Text as all three languages read it: half characters cannot be sent, and become the sign for that.
function literal(text) {
  return JSON.stringify(text.replace(HALVES, "\ufffd")).replace(
    UNSEEN,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const shellWord = (text) => `'${text.replaceAll("'", "'\\''")}'`;
// In a here-document a shell looks at these three signs, and at nothing else.
const inDocument = (text) => text.replace(/[\\$`]/g, "\\$&");

const JSON_FORM = {
  text: literal,
  name: literal,
  plain: String,
  nothing: "null",
  pad: "",
  comma: "",
};
const DOCUMENT = {
  ...JSON_FORM,
  text: (text) => inDocument(literal(text)),
  name: (text) => inDocument(literal(text)),
  file: ({ name, type }) => `"data:${type};base64,$(base64 < ${shellWord(name)} | tr -d '\\n')"`,
};
const PYTHON = {
  ...JSON_FORM,
  plain: (value) => ({ true: "True", false: "False" })[value] ?? String(value),
  nothing: "None",
  comma: ",",
  file: ({ name, type }) => `data_url(${literal(name)}, ${literal(type)})`,
};
const JAVASCRIPT = {
  ...JSON_FORM,
  // Pasted into a page, it must not end the page's script.
  text: (text) => literal(text).replaceAll("</", "<\\/").replaceAll("<!--", "<\\!--"),
  name: (name) => (IDENTIFIER.test(name) ? name : literal(name)),
  pad: " ",
  comma: ",",
  file: ({ name, type }) => `await dataUrl(${literal(name)}, ${literal(type)})`,
};

function curlData(body, hasFiles) {
  if (hasFiles) return `--data-binary @- <<JSON\n${print(body, DOCUMENT)}\nJSON`;
  const text = print(body, JSON_FORM, "  ");
  if (text.length > MAX_ARGUMENT) return `--data-binary @- <<'JSON'\n${text}\nJSON`;
  return `-d ${shellWord(text)}`;
}

function pythonArguments(body, known) {
  const named = Object.entries(body).filter(([name]) => known.includes(name));
  const others = Object.entries(body).filter(([name]) => !known.includes(name));
  const given = others.length ? [...named, ["extra_body", Object.fromEntries(others)]] : named;
  return given.map(([name, value]) => `    ${name}=${print(value, PYTHON, "    ", 4)},\n`).join("");
}

// Writes a value: on one line where it fits, else each member on its own.
function print(value, form, indent = "", step = 2) {
  if (value instanceof FileUrl) return form.file(value);
  if (typeof value === "string") return form.text(value);
  if (value === null || value === undefined) return form.nothing;
  if (typeof value !== "object") return form.plain(value);
  const isList = Array.isArray(value);
  const [open, close] = isList ? "[]" : "{}";
  const inner = indent + " ".repeat(step);
  const members = Object.entries(value).map(([name, member]) => {
    const text = print(member, form, inner, step);
    return isList ? text : `${form.name(name)}: ${text}`;
  });
  if (members.length === 0) return open + close;
  const pad = isList ? "" : form.pad;
  const line = open + pad + members.join(", ") + pad + close;
  if (indent.length + line.length <= WIDTH && !line.includes("\n")) return line;
  const lines = members.map((member) => inner + member);
  return `${open}\n${lines.join(",\n")}${form.comma}\n${indent}${close}`;
}
