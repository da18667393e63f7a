import { readFile } from "node:fs/promises";
import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const data = (await readFile("picture.png")).toString("base64");
const answer = await client.chat.completions.create({
  model: "{{image_model}}",
  messages: [{
    role: "user",
    content: [
      { type: "text", text: "What is on this picture?" },
      { type: "image_url", image_url: { url: `data:image/png;base64,${data}` } },
    ],
  }],
});
console.log(answer.choices[0].message.content);
