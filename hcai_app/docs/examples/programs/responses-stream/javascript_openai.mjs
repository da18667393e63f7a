import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const stream = await client.responses.create({
  model: "{{language_model}}",
  input: "Why do raccoons wash their food?",
  stream: true,
});
for await (const event of stream) {
  if (event.type === "response.output_text.delta") process.stdout.write(event.delta);
}
console.log();
