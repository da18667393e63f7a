// Tools and schemas as forms: a list of fields, and the JSON that an API takes.
import { parsed } from "./answers.mjs";

const FIELD = { type: "string", about: "", required: true };

const membersOf = (value) => (value && typeof value === "object" ? value : {});
const textIn = (value) => (typeof value === "string" ? value : "");

// `kept` is what a form came from, with members that it does not show.
function fieldsOf({ properties, required }) {
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(membersOf(properties)).map(([name, value]) => {
    const { type = "string", description, ...kept } = membersOf(value);
    const about = textIn(description);
    return { name, type, about, required: needed.includes(name), kept: [type, kept] };
  });
}

function schemaOf(fields, { additionalProperties = false, ...kept }) {
  const properties = {};
  for (const { name, type, about: description, kept: [before, more] = [] } of fields) {
    const items = type === "array" && { items: { type: "string" } };
    properties[name] = { type, ...items, ...(type === before && more), description };
  }
  const required = fields.filter((it) => it.required).map(({ name }) => name);
  return { type: "object", ...kept, properties, required, additionalProperties };
}

const PLACES = { tools: "parameters", schema: "schema" };

// `kind` is `tools` or `schema`; the forms are what a page shows of the setting's text. A tool that the
// provider runs has no form: it stays as it was written.
export function formsOf(kind, text) {
  const all = [parsed(text || "[]") ?? []].flat().map(membersOf);
  const own = kind === "tools" ? all : all.filter((it) => it.schema);
  return own.map((kept) => {
    const named = kind === "tools" ? membersOf(kept.function) : kept;
    const fields = fieldsOf(membersOf(named[PLACES[kind]]));
    const isOwn = kind === "schema" || Boolean(kept.function);
    const name = textIn(isOwn ? named.name : kept.type);
    return { name, about: textIn(named.description), fields, isOwn, kept };
  });
}

export function textOf(kind, forms) {
  const all = forms.map(({ name, about: description, fields, isOwn, kept }) => {
    if (!isOwn) return kept;
    const named = kind === "tools" ? membersOf(kept?.function) : { strict: true, ...kept };
    const schema = schemaOf(fields, membersOf(named[PLACES[kind]]));
    const about = kind === "tools" && { description };
    const own = { ...named, name, ...about, [PLACES[kind]]: schema };
    return kind === "tools" ? { type: "function", ...kept, function: own } : own;
  });
  return forms.length ? JSON.stringify(kind === "tools" ? all : all[0], null, 2) : "";
}

// A list with one more, or with one of it changed; without a change it is taken away.
function withEntry(list, at, change, fresh) {
  if (at < 0) return [...list, fresh];
  return change ? list.with(at, { ...list[at], ...change }) : list.toSpliced(at, 1);
}

export function withForm(kind, forms, at, change) {
  const name = kind === "tools" ? `tool_${forms.length + 1}` : "answer";
  const fields = [{ name: "text", ...FIELD }];
  return withEntry(forms, at, change, { name, about: "", fields, isOwn: true });
}

export const withField = ({ fields }, at, change) => ({
  fields: withEntry(fields, at, change, { name: `field_${fields.length + 1}`, ...FIELD }),
});
