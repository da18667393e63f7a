import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

try {
  const answer = await client.chat.completions.create({
    model: "{{language_model}}",
    messages: [{ role: "user", content: "Name my raccoon rhythm game." }],
  });
  if (answer.choices) {
    console.log(answer.choices[0].message.content);
  } else {
    // It failed after the answer had begun: the status was 200, and the error is in the answer.
    console.log(answer.error.code, answer.error.message);
    process.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof OpenAI.APIError)) throw error;
  // 400, 401, 402 …: the message says what to do, the request id is for us.
  console.log(error.status, error.message, error.requestID);
  process.exitCode = 1;
}
