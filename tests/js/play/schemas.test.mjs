// Tools and schemas as forms.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formsOf,
  textOf,
  withField,
  withForm,
} from "../../../hcai_app/ui/islands/playground/schemas.mjs";

for (const kind of ["tools", "schema"])
  test(`a form and its JSON say the same: ${kind}`, () => {
    const [first] = withForm(kind, [], -1);
    const named = withField(first, 0, { name: "dice", type: "integer", about: "How many" });
    const forms = withForm(kind, [first], 0, named);
    const text = textOf(kind, forms);
    assert.deepEqual(formsOf(kind, text), forms);
    assert.ok(text.includes('"dice"'));
    assert.equal(textOf(kind, withForm(kind, forms, 0)), "");
  });

test("a tool is what an API takes", () => {
  const form = { name: "roll", about: "Rolls", fields: [] };
  const field = withField(form, -1);
  const [tool] = JSON.parse(textOf("tools", [{ ...form, ...field }]));
  assert.equal(tool.type, "function");
  assert.deepEqual(tool.function.parameters.required, ["field_1"]);
});

test("what is no JSON has no form", () => {
  assert.deepEqual(formsOf("tools", "[{"), []);
  assert.deepEqual(formsOf("schema", undefined), []);
});
