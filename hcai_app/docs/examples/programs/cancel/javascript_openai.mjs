import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const stream = await client.chat.completions.create({
  model: "{{language_model}}",
  messages: [{ role: "user", content: "Tell me a very long story about a raccoon." }],
  stream: true,
});
let story = "";
for await (const chunk of stream) {
  story += chunk.choices[0]?.delta?.content ?? "";
  if (story.length > 40) {
    stream.controller.abort();
    break;
  }
}
console.log(story);
