// Tools and schemas as forms: a list of fields, and the JSON that an API takes.
import { parsed } from "./answers.mjs";

const NEW_FIELD = { name: "", type: "string", about: "", required: true };

const fieldsOf = ({ properties = {}, required = [] } = {}) =>
  Object.entries(properties).map(([name, { type = "string", description = "" }]) => ({
    ...{ name, type, about: description, required: required.includes(name) },
  }));

function schemaOf(fields) {
  const entries = fields.map(({ name, type, about }) => [
    name,
    { type, ...(type === "array" ? { items: { type: "string" } } : {}), description: about },
  ]);
  const required = fields.filter((it) => it.required).map(({ name }) => name);
  const properties = Object.fromEntries(entries);
  return { type: "object", properties, required, additionalProperties: false };
}

// `kind` is `tools` or `schema`; the forms are what a page shows of the setting's text.
export function formsOf(kind, text) {
  const value = parsed(text || "[]");
  if (kind === "tools")
    return (Array.isArray(value) ? value : []).map(({ function: it = {} }) => ({
      ...{ name: it.name ?? "", about: it.description ?? "", fields: fieldsOf(it.parameters) },
    }));
  return value?.schema ? [{ name: value.name, about: "", fields: fieldsOf(value.schema) }] : [];
}

export function textOf(kind, forms) {
  const tools = forms.map(({ name, about, fields }) => ({
    type: "function",
    function: { name, description: about, parameters: schemaOf(fields) },
  }));
  if (kind === "tools") return tools.length ? JSON.stringify(tools, null, 2) : "";
  const [first] = forms;
  if (!first) return "";
  const schema = { name: first.name, strict: true, schema: schemaOf(first.fields) };
  return JSON.stringify(schema, null, 2);
}

// A form more, or one with a change; without a change it is taken away.
export function withForm(kind, forms, at, change) {
  if (at < 0) {
    const name = kind === "tools" ? `tool_${forms.length + 1}` : "answer";
    return [...forms, { name, about: "", fields: [{ ...NEW_FIELD, name: "text" }] }];
  }
  const changed = forms.map((form, place) => (place === at ? { ...form, ...change } : form));
  return change ? changed : forms.filter((_, place) => place !== at);
}

export function withField({ fields }, at, change) {
  if (at < 0) return { fields: [...fields, { ...NEW_FIELD, name: `field_${fields.length + 1}` }] };
  const changed = fields.map((field, place) => (place === at ? { ...field, ...change } : field));
  return { fields: change ? changed : fields.filter((_, place) => place !== at) };
}
