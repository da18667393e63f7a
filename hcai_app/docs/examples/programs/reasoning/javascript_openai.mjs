import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const answer = await client.chat.completions.create({
  model: "{{language_model}}",
  messages: [
    { role: "user", content: "A raccoon opens 3 bins a night. How many in a leap year?" },
  ],
  reasoning: { effort: "low" },
});
const message = answer.choices[0].message;
console.log("Thought:", message.reasoning);
console.log("Answer:", message.content);
