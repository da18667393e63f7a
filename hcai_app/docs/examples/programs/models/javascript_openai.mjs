import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

for await (const model of client.models.list()) {
  console.log(model.id);
}
