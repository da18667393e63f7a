import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const stream = await client.chat.completions.create({
  model: "{{language_model}}",
  messages: [{ role: "user", content: "Tell me a story about a raccoon." }],
  stream: true,
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
}
console.log();
