import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const { data, response } = await client.chat.completions
  .create({
    model: "{{language_model}}",
    messages: [{ role: "user", content: "Hi!" }],
  })
  .withResponse();
const left = response.headers.get("x-ratelimit-remaining");
const limit = response.headers.get("x-ratelimit-limit");
const seconds = response.headers.get("x-ratelimit-reset") - Date.now() / 1000;
console.log(`${left} of ${limit} calls are left; a place gets free in ${seconds.toFixed()} s`);
console.log(data.choices[0].message.content);
