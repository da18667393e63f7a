// Tools and schemas as forms.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formsOf,
  textOf,
  withField,
  withForm,
} from "../../../hcai_app/ui/islands/playground/schemas.mjs";

const shown = ({ kept, fields, ...it }) => ({ ...it, fields: fields.map(shownField) });
const shownField = ({ kept, ...it }) => it;

for (const kind of ["tools", "schema"])
  test(`a form and its JSON say the same: ${kind}`, () => {
    const [first] = withForm(kind, [], -1);
    const named = withField(first, 0, { name: "dice", type: "integer", about: "How many" });
    const forms = withForm(kind, [first], 0, named);
    const text = textOf(kind, forms);
    assert.deepEqual(formsOf(kind, text).map(shown), forms);
    assert.ok(text.includes('"dice"'));
    assert.equal(textOf(kind, withForm(kind, forms, 0)), "");
  });

test("a tool is what an API takes", () => {
  const form = { name: "roll", about: "Rolls", fields: [], isOwn: true };
  const field = withField(form, -1);
  const [tool] = JSON.parse(textOf("tools", [{ ...form, ...field }]));
  assert.equal(tool.type, "function");
  assert.deepEqual(tool.function.parameters.required, ["field_1"]);
});

test("what is no JSON has no form", () => {
  assert.deepEqual(formsOf("tools", "[{"), []);
  assert.deepEqual(formsOf("schema", undefined), []);
});

const PASTED = {
  name: "find",
  description: "Finds",
  strict: true,
  parameters: {
    type: "object",
    $defs: { place: { type: "string" } },
    properties: {
      kind: { type: "string", enum: ["park", "cafe"], description: "What" },
      near: { type: "object", properties: { lat: { type: "number" } }, description: "Where" },
      tags: { type: "array", items: { type: "integer" }, description: "Which" },
    },
    required: ["kind"],
    additionalProperties: true,
  },
};

test("what a form does not show is still there after it was edited", () => {
  const text = JSON.stringify([{ type: "function", function: PASTED, cache_control: { a: 1 } }]);
  const edited = textOf("tools", withForm("tools", formsOf("tools", text), 0, { name: "look" }));
  assert.deepEqual(JSON.parse(edited), [
    { type: "function", function: { ...PASTED, name: "look" }, cache_control: { a: 1 } },
  ]);
});

test("a tool that the provider runs stays as it was written", () => {
  const search = { type: "openrouter:web_search", parameters: { max_results: 2 } };
  const text = JSON.stringify([search, { type: "function", function: PASTED }]);
  const forms = formsOf("tools", text);
  assert.equal(forms[0].name, search.type);
  const edited = textOf("tools", withForm("tools", forms, 1, { name: "look" }));
  assert.deepEqual(JSON.parse(edited)[0], search);
});

test("another type takes nothing of the former one along", () => {
  const text = JSON.stringify([{ type: "function", function: PASTED }]);
  const [form] = formsOf("tools", text);
  const [tool] = JSON.parse(
    textOf("tools", [{ ...form, ...withField(form, 0, { type: "number" }) }]),
  );
  const { kind } = tool.function.parameters.properties;
  assert.deepEqual(kind, { type: "number", description: "What" });
});

const ODD = ["null", "7", "[null]", '[{"function":null}]', '[{"function":{"parameters":7}}]'];
ODD.push('[{"function":{"parameters":{"properties":null,"required":7}}}]');
ODD.push('[{"function":{"parameters":{"properties":{"a":null}}}}]', '{"schema":null}');
ODD.push('{"name":null,"schema":{"properties":{"a":7}}}');
for (const text of ODD)
  test(`whatever is pasted, a page can show it: ${text}`, () => {
    for (const kind of ["tools", "schema"])
      for (const { name, about, fields } of formsOf(kind, text))
        assert.ok([name, about, ...fields.map((it) => it.name)].every((it) => it.at));
  });
