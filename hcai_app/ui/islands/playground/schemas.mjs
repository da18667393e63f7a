// Tools and schemas as forms: a list of fields, and the JSON that an API takes.
import { parsed } from "./answers.mjs";

const FIELD = { type: "string", about: "", required: true };

const fieldsOf = ({ properties = {}, required = [] } = {}) =>
  Object.entries(properties).map(([name, { type = "string", description: about = "" }]) => ({
    name,
    type,
    about,
    required: required.includes(name),
  }));

function schemaOf(fields) {
  const entries = fields.map(({ name, type, about }) => [
    name,
    { type, ...(type === "array" && { items: { type: "string" } }), description: about },
  ]);
  const required = fields.filter((it) => it.required).map(({ name }) => name);
  const properties = Object.fromEntries(entries);
  return { type: "object", properties, required, additionalProperties: false };
}

// `kind` is `tools` or `schema`; the forms are what a page shows of the setting's text.
export function formsOf(kind, text) {
  const value = parsed(text || "[]");
  if (kind === "schema")
    return value?.schema ? [{ name: value.name, about: "", fields: fieldsOf(value.schema) }] : [];
  return (Array.isArray(value) ? value : []).map(({ function: it = {} }) => ({
    name: it.name ?? "",
    about: it.description ?? "",
    fields: fieldsOf(it.parameters),
  }));
}

export function textOf(kind, forms) {
  const tools = forms.map(({ name, about: description, fields }) => ({
    type: "function",
    function: { name, description, parameters: schemaOf(fields) },
  }));
  const [schema] = forms.map(({ name, fields }) => ({
    name,
    strict: true,
    schema: schemaOf(fields),
  }));
  if (!forms.length) return "";
  return JSON.stringify(kind === "tools" ? tools : schema, null, 2);
}

// A list with one more, or with one of it changed; without a change it is taken away.
function withEntry(list, at, change, fresh) {
  if (at < 0) return [...list, fresh];
  if (!change) return list.filter((_, place) => place !== at);
  return list.map((it, place) => (place === at ? { ...it, ...change } : it));
}

export function withForm(kind, forms, at, change) {
  const name = kind === "tools" ? `tool_${forms.length + 1}` : "answer";
  return withEntry(forms, at, change, { name, about: "", fields: [{ name: "text", ...FIELD }] });
}

export const withField = ({ fields }, at, change) => ({
  fields: withEntry(fields, at, change, { name: `field_${fields.length + 1}`, ...FIELD }),
});
