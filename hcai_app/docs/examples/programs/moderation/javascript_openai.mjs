import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const answer = await client.moderations.create({ input: "I will kill you all in Mario Kart." });
const [result] = answer.results;
console.log(result.flagged ? "Flagged" : "Fine");
for (const [category, score] of Object.entries(result.category_scores)) {
  console.log(score.toFixed(4), category);
}
