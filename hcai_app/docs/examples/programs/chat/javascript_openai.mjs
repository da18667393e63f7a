import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const answer = await client.chat.completions.create({
  model: "{{language_model}}",
  messages: [{ role: "user", content: "Name my raccoon rhythm game." }],
});
console.log(answer.choices[0].message.content);
