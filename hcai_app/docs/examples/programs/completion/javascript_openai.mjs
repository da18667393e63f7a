import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const answer = await client.completions.create({
  model: "{{language_model}}",
  prompt: "Once upon a time, a duck",
  max_tokens: 200,
});
console.log(answer.choices[0].text);
