import { createInterface } from "node:readline";
import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const question = {
  type: "object",
  properties: {
    question: { type: "string" },
    choices: { type: "array", items: { type: "string" } },
    right: { type: "integer" },
    why: { type: "string" },
  },
  required: ["question", "choices", "right", "why"],
  additionalProperties: false,
};
const schema = {
  type: "object",
  properties: { questions: { type: "array", items: question } },
  required: ["questions"],
  additionalProperties: false,
};
const topic = "raccoons";
const answer = await client.chat.completions.create({
  model: "{{language_model}}",
  messages: [
    {
      role: "user",
      content:
        `Make a quiz of 3 questions about ${topic}. Each has 4 choices; ` +
        "`right` is the number of the right one, counted from 1.",
    },
  ],
  response_format: {
    type: "json_schema",
    json_schema: { name: "quiz", strict: true, schema },
  },
});
const { questions } = JSON.parse(answer.choices[0].message.content);

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
let points = 0;
for (const { question, choices, right, why } of questions) {
  console.log(`\n${question}`);
  choices.forEach((choice, index) => console.log(`  ${index + 1}. ${choice}`));
  const { value: guess, done } = await lines.next();
  if (done) break;
  const isRight = guess.trim() === String(right);
  points += isRight ? 1 : 0;
  console.log(isRight ? "\nRight!" : `\nNo, it is ${right}.`, why);
}
console.log(`\n${points} of ${questions.length}`);
process.exit(); // stop listening for more lines
