import { OpenRouter } from "@openrouter/sdk";

const client = new OpenRouter({
  serverURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const answer = await client.chat.send({
  chatRequest: {
    model: "{{language_model}}",
    messages: [{ role: "user", content: "Name my raccoon rhythm game." }],
  },
});
console.log(answer.choices[0].message.content);
