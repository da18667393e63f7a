import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const answer = await client.embeddings.create({
  model: "{{embedding_model}}",
  input: ["raccoon", "trash panda"],
});
for (const { embedding } of answer.data) {
  console.log(embedding.length, "numbers, the first:", embedding.slice(0, 3));
}
