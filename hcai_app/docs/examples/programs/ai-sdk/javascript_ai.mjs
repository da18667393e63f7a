import { createOpenAI } from "@ai-sdk/openai";
import { streamText } from "ai";

const hcai = createOpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const messages = [];
for (const text of ["Tell me a joke about ducks.", "And one about geese?"]) {
  messages.push({ role: "user", content: text });
  const answer = streamText({
    model: hcai.chat("{{language_model}}"), // with `.chat`: nothing is stored here
    messages,
    maxOutputTokens: 300,
    onError: ({ error }) => console.error(error.message),
  });
  for await (const piece of answer.textStream) process.stdout.write(piece);
  console.log();
  messages.push(...(await answer.response).messages);
}
