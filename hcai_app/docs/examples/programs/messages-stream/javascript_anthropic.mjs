import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({
  baseURL: "{{anthropic_base}}",
  apiKey: process.env.AI_KEY,
});

const stream = client.messages.stream({
  model: "{{language_model}}",
  max_tokens: 500,
  messages: [{ role: "user", content: "Tell me a story about a raccoon." }],
});
stream.on("text", (text) => process.stdout.write(text));
await stream.finalMessage();
console.log();
