import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const messages = [
  { role: "system", content: "You are a pirate. Answer in one sentence." },
  { role: "user", content: "My name is Orpheus." },
  { role: "assistant", content: "Ahoy, Orpheus!" },
];
for (const text of ["What is my name?", "And what is my parrot called?"]) {
  messages.push({ role: "user", content: text });
  const answer = await client.chat.completions.create({
    model: "{{language_model}}",
    messages,
    temperature: 0.7,
    max_tokens: 300,
  });
  const said = answer.choices[0].message.content;
  messages.push({ role: "assistant", content: said });
  console.log(said);
}
