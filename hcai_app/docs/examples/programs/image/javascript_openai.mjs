import { writeFile } from "node:fs/promises";
import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const answer = await client.images.generate({
  model: "{{image_model}}",
  prompt: "A raccoon playing the drums",
});
if (answer.error) throw new Error(answer.error.message); // a late error lies in the answer
await writeFile("raccoon.png", Buffer.from(answer.data[0].b64_json, "base64"));
console.log("Look at raccoon.png");
