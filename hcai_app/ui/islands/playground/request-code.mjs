// A request as a program that runs as written: the body goes into a template of its language. What
// was typed may hold anything, so every text is written as a literal, and templates are filled once.
const WIDTH = 76;
// A longer argument is more than a shell can pass on.
const MAX_ARGUMENT = 100_000;
const PLACES = /\{(base|data|body|arguments|imports|helper)\}/g;
const TOKENS = /"(?:[^"\\]|\\.)*"(?=(:?))|true|false|null/g;
const IDENTIFIER = /^"[A-Za-z_]\w*"$/;
const PYTHON_WORDS = { true: "True", false: "False", null: "None" };
// Signs that nobody sees, or that turn the order of a line around: a program shows them by number.
const UNSEEN = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
// What stands in a body for a file's data URL: the program reads the file that lies beside it.
const MARK = `${crypto.randomUUID()} `;
export const fileUrl = ({ name, type }) => `${MARK}${type} ${name}`;
export const fileOf = (text) => {
  const [, type, name] = /^(\S+) (.*)$/s.exec(text.slice(MARK.length)) ?? [];
  return text.startsWith(MARK) ? { type, name } : undefined;
};

// `code` holds the templates, helpers and names that hcai_app/docs/examples/requests.py gives.
export function program(code, kind, language, { base, body }) {
  const hasFiles = print(body).includes(MARK);
  // A picture's program in Python needs what a file's helper needs.
  const needsImports = hasFiles || (kind === "picture" && language === "python");
  const places = {
    base: () => base,
    data: () => curlData(body, hasFiles),
    body: () => inJavaScript(body),
    arguments: () => pythonArguments(body, code.arguments),
    imports: () => (needsImports ? code.imports[language] : ""),
    helper: () => (hasFiles ? code.helpers[language] : ""),
  };
  return code.templates[kind][language].replace(PLACES, (_, name) => places[name]());
}

const literal = (text) =>
  JSON.stringify(text.toWellFormed()).replace(
    UNSEEN,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
const shellWord = (text) => `'${text.replaceAll("'", "'\\''")}'`;

// Has each text and constant of a printed value said by `say`, and each file by `read`.
const retold = (printed, read, say) =>
  printed.replace(TOKENS, (token, colon) => {
    const file = token.includes(MARK) && fileOf(JSON.parse(token));
    return file ? read(file) : say(token, colon);
  });

function curlData(body, hasFiles) {
  if (!hasFiles) {
    const text = print(body, { indent: "  " });
    const isLong = text.length > MAX_ARGUMENT;
    return isLong ? `--data-binary @- <<'JSON'\n${text}\nJSON` : `-d ${shellWord(text)}`;
  }
  const read = ({ name, type }) =>
    `"data:${type};base64,$(base64 < ${shellWord(name)} | tr -d '\\n')"`;
  // In a here-document a shell looks at these three signs, and at nothing else.
  const text = retold(print(body), read, (token) => token.replace(/[\\$`]/g, "\\$&"));
  return `--data-binary @- <<JSON\n${text}\nJSON`;
}

// Pasted into a page, it must not end the page's script.
const inJavaScript = (body) =>
  retold(
    print(body, { pad: " ", comma: "," }),
    ({ name, type }) => `await dataUrl(${literal(name)}, ${literal(type)})`,
    (token, colon) =>
      colon && IDENTIFIER.test(token)
        ? token.slice(1, -1)
        : token.replaceAll("</", "<\\/").replaceAll("<!--", "<\\!--"),
  );

function pythonArguments(body, known) {
  const named = Object.entries(body).filter(([name]) => known.includes(name));
  const others = Object.entries(body).filter(([name]) => !known.includes(name));
  if (others.length) named.push(["extra_body", Object.fromEntries(others)]);
  const lines = named.map(([name, value]) => {
    const printed = print(value, { indent: "    ", step: 4, comma: "," });
    const read = (file) => `data_url(${literal(file.name)}, ${literal(file.type)})`;
    return `    ${name}=${retold(printed, read, (token) => PYTHON_WORDS[token] ?? token)},\n`;
  });
  return lines.join("");
}

// Writes a value as JSON: on one line where it fits, else each member on its own.
function print(value, { indent = "", step = 2, pad = "", comma = "" } = {}) {
  if (typeof value === "string") return literal(value);
  if (value === null || typeof value !== "object") return String(value ?? null);
  const isList = Array.isArray(value);
  const [open, close] = isList ? "[]" : "{}";
  const inner = indent + " ".repeat(step);
  const members = Object.entries(value).map(([name, member]) => {
    const text = print(member, { indent: inner, step, pad, comma });
    return isList ? text : `${literal(name)}: ${text}`;
  });
  if (members.length === 0) return open + close;
  const space = isList ? "" : pad;
  const line = open + space + members.join(", ") + space + close;
  if (indent.length + line.length <= WIDTH && !line.includes("\n")) return line;
  return `${open}\n${members.map((it) => inner + it).join(",\n")}${comma}\n${indent}${close}`;
}
