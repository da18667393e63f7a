import { readFile } from "node:fs/promises";

const data = (await readFile("homework.pdf")).toString("base64");
const pdf = { filename: "homework.pdf", file_data: `data:application/pdf;base64,${data}` };
const messages = [{
  role: "user",
  content: [
    { type: "text", text: "What are the main points of this?" },
    { type: "file", file: pdf },
  ],
}];

async function ask() {
  const answer = await fetch("{{base}}/chat/completions", {
    method: "POST",
    headers: {
      Authorization: `Bearer ${process.env.AI_KEY}`,
      "Content-Type": "application/json",
    },
    body: JSON.stringify({ model: "{{language_model}}", messages }),
  });
  const { error, choices } = await answer.json();
  if (error) throw new Error(error.message);
  return choices[0].message;
}

const said = await ask();
console.log(said.content);
messages.push({
  role: "assistant",
  content: said.content,
  annotations: said.annotations, // what was read: it is not read again
});
messages.push({ role: "user", content: "Tell me more about the second point." });
console.log((await ask()).content);
