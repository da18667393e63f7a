import { OpenRouter } from "@openrouter/sdk";

const client = new OpenRouter({
  serverURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const answer = await client.embeddings.generate({
  requestBody: {
    model: "{{embedding_model}}",
    input: ["raccoon", "trash panda"],
  },
});
for (const { embedding } of answer.data) {
  console.log(embedding.length, "numbers, the first:", embedding.slice(0, 3));
}
