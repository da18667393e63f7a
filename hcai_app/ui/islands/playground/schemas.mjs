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
  const properties = {};
  for (const { name, type, about: description } of fields) {
    const items = type === "array" && { items: { type: "string" } };
    properties[name] = { type, ...items, description };
  }
  const required = fields.filter((it) => it.required).map(({ name }) => name);
  return { type: "object", properties, required, additionalProperties: false };
}

// `kind` is `tools` or `schema`; the forms are what a page shows of the setting's text.
export function formsOf(kind, text) {
  const all = [parsed(text || "[]") ?? []].flat();
  const own = kind === "tools" ? all.map((it) => it?.function) : all.filter((it) => it?.schema);
  return own.map(({ name = "", description: about = "", parameters, schema } = {}) => {
    return { name, about, fields: fieldsOf(parameters ?? schema) };
  });
}

export function textOf(kind, forms) {
  const schemas = forms.map(({ name, about: description, fields }) => ({
    name,
    ...(kind === "tools" ? { description } : { strict: true }),
    [kind === "tools" ? "parameters" : "schema"]: schemaOf(fields),
  }));
  const tools = schemas.map((it) => ({ type: "function", function: it }));
  return forms.length ? JSON.stringify(kind === "tools" ? tools : schemas[0], null, 2) : "";
}

// A list with one more, or with one of it changed; without a change it is taken away.
function withEntry(list, at, change, fresh) {
  if (at < 0) return [...list, fresh];
  return change ? list.with(at, { ...list[at], ...change }) : list.toSpliced(at, 1);
}

export function withForm(kind, forms, at, change) {
  const name = kind === "tools" ? `tool_${forms.length + 1}` : "answer";
  return withEntry(forms, at, change, { name, about: "", fields: [{ name: "text", ...FIELD }] });
}

export const withField = ({ fields }, at, change) => ({
  fields: withEntry(fields, at, change, { name: `field_${fields.length + 1}`, ...FIELD }),
});
