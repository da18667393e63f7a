import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const answer = await client.responses.create({
  model: "{{language_model}}",
  instructions: "Answer in one sentence.",
  input: "Why do raccoons wash their food?",
});
console.log(answer.output_text);
