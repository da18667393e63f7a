import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const schema = {
  type: "object",
  properties: {
    name: { type: "string" },
    age: { type: "integer" },
    loves: { type: "array", items: { type: "string" } },
  },
  required: ["name", "age", "loves"],
  additionalProperties: false,
};
const answer = await client.chat.completions.create({
  model: "{{language_model}}",
  messages: [{ role: "user", content: "Invent a raccoon for my game." }],
  response_format: {
    type: "json_schema",
    json_schema: { name: "raccoon", strict: true, schema },
  },
});
const raccoon = JSON.parse(answer.choices[0].message.content);
console.log(raccoon.name, "is", raccoon.age, "and loves", raccoon.loves.join(", "));
