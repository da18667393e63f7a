import { OpenRouter } from "@openrouter/sdk";

const client = new OpenRouter({
  serverURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const stream = await client.chat.send({
  chatRequest: {
    model: "{{language_model}}",
    messages: [{ role: "user", content: "Tell me a story about a raccoon." }],
    stream: true,
  },
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
}
console.log();
