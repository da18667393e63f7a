import { readFile } from "node:fs/promises";

const data = (await readFile("homework.pdf")).toString("base64");
const answer = await fetch("{{base}}/chat/completions", {
  method: "POST",
  headers: {
    Authorization: `Bearer ${process.env.AI_KEY}`,
    "Content-Type": "application/json",
  },
  body: JSON.stringify({
    model: "{{language_model}}",
    messages: [{
      role: "user",
      content: [
        { type: "text", text: "What are the main points of this?" },
        {
          type: "file",
          file: {
            filename: "homework.pdf",
            file_data: `data:application/pdf;base64,${data}`,
          },
        },
      ],
    }],
    plugins: [{ id: "file-parser", pdf: { engine: "mistral-ocr" } }],
  }),
});
const { error, choices } = await answer.json();
if (error) throw new Error(error.message);
console.log(choices[0].message.content);
