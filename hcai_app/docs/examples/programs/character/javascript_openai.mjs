import { createInterface } from "node:readline";
import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const character = `You are Grumbles, a raccoon who guards a bridge of trash cans in a game.
You let nobody pass who does not make you laugh. Never leave your part.
Answer in one or two sentences. When somebody made you laugh, end with: PASS`;
const memory = 20; // messages; what is older is forgotten, and costs nothing any more

const talk = [];
console.log("A raccoon blocks the bridge. Say something to it; an empty line walks away.");
for await (const line of createInterface({ input: process.stdin })) {
  if (!line.trim()) break;
  talk.push({ role: "user", content: line.trim() });
  const answer = await client.chat.completions.create({
    model: "{{language_model}}",
    messages: [{ role: "system", content: character }, ...talk.slice(-memory)],
    max_tokens: 1000,
  });
  const words = answer.choices[0].message.content || "Grmpf.";
  talk.push({ role: "assistant", content: words });
  console.log("Grumbles:", words.replace(/PASS$/, "").trim());
  if (words.endsWith("PASS")) {
    console.log("You cross the bridge.");
    break;
  }
}
