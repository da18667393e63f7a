import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const answer = await client.chat.completions.create({
  model: "{{image_model}}",
  messages: [{
    role: "user",
    content: [
      { type: "text", text: "What is on this picture?" },
      {
        type: "image_url",
        image_url: { url: "https://assets.hackclub.com/icon-rounded.png" },
      },
    ],
  }],
});
console.log(answer.choices[0].message.content);
