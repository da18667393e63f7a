import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({
  baseURL: "{{anthropic_base}}", // without /v1, which this client adds itself
  apiKey: process.env.AI_KEY,
});

const answer = await client.messages.create({
  model: "{{language_model}}",
  max_tokens: 500,
  messages: [{ role: "user", content: "Name my raccoon rhythm game." }],
});
for (const block of answer.content) {
  if (block.type === "text") console.log(block.text);
}
