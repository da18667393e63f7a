import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const texts = ["a raccoon in the trash", "a trash panda", "my maths homework"];
const answer = await client.embeddings.create({ model: "{{embedding_model}}", input: texts });
const vectors = answer.data.map((item) => item.embedding);

// 1 is the same direction, 0 has nothing to do with it (cosine similarity).
const dot = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);
const likeness = (a, b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

for (const [index, vector] of vectors.entries()) {
  console.log(likeness(vectors[0], vector).toFixed(2), texts[index]);
}
