import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{{base}}",
  apiKey: process.env.AI_KEY,
});

const getWeather = ({ city }) => `It rains in ${city}.`;

const tools = [{
  type: "function",
  function: {
    name: "get_weather",
    description: "Look out of the window.",
    parameters: {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
    },
  },
}];
const messages = [{ role: "user", content: "Do I need an umbrella in Shelburne?" }];

async function ask() {
  const answer = await client.chat.completions.create({
    model: "{{language_model}}",
    messages,
    tools,
  });
  messages.push(answer.choices[0].message);
  return answer.choices[0].message;
}

let message = await ask();
while (message.tool_calls?.length) {
  for (const call of message.tool_calls) {
    const result = getWeather(JSON.parse(call.function.arguments));
    console.log(`${call.function.name}${call.function.arguments}: ${result}`);
    messages.push({ role: "tool", tool_call_id: call.id, content: result });
  }
  message = await ask();
}
console.log(message.content);
