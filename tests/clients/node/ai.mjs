// Vercel's AI SDK, told by one line of JSON on standard input what to do:
//   {provider, baseURL, apiKey, action, model, prompt, options}  ->  {result} or {error}
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import { generateImage, generateText, isStepCount, streamText, tool } from "ai";
import { createInterface } from "node:readline";
import { z } from "zod";

const PROVIDERS = {
  responses: (given) => createOpenAI(given),
  chat: (given) => createOpenAI(given).chat,
  completion: (given) => createOpenAI(given).completion,
  openaiImage: (given) => createOpenAI(given).image,
  compatible: (given) => createOpenAICompatible({ name: "hcai", ...given }),
  anthropic: (given) => createAnthropic(given),
  openrouter: (given) => createOpenRouter(given),
  openrouterCompletion: (given) => createOpenRouter(given).completion,
  openrouterImage: (given) => createOpenRouter(given).imageModel,
};

const weather = tool({
  description: "Look out of the window.",
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => `It rains in ${city}.`,
});

const ACTIONS = {
  async ask(given, prompt) {
    return (await generateText({ ...given, prompt })).text;
  },
  async talk(given, prompt) {
    const first = await generateText({ ...given, prompt });
    const asked = { role: "user", content: prompt };
    const messages = [asked, ...first.response.messages, { role: "user", content: "More?" }];
    return (await generateText({ ...given, messages })).text;
  },
  async call(given, prompt) {
    const looped = await generateText({
      ...given,
      prompt,
      tools: { weather },
      stopWhen: isStepCount(3),
    });
    const results = looped.steps.flatMap((step) => step.toolResults.map((result) => result.output));
    return { steps: looped.steps.length, results, text: looped.text };
  },
  async stream(given, prompt) {
    const errors = [];
    const onError = ({ error }) => errors.push(String(error?.message ?? error));
    const streamed = streamText({ ...given, prompt, onError });
    let text = "";
    let finish = null;
    for await (const part of streamed.fullStream ?? streamed.stream) {
      if (part.type === "text-delta") text += part.text;
      if (part.type === "finish") finish = part.finishReason;
    }
    return { text, finish, errors };
  },
  async draw({ model }, prompt) {
    const { images } = await generateImage({ model, prompt, n: 2, maxRetries: 0 });
    return images.map((image) => image.base64);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}

async function answer({ provider, baseURL, apiKey, action, model, prompt, options }) {
  try {
    const made = PROVIDERS[provider]({ baseURL, apiKey })(model);
    return { result: await ACTIONS[action]({ model: made, maxRetries: 0, ...options }, prompt) };
  } catch (error) {
    return {
      error: { kind: error.name, message: error.message, status: error.statusCode ?? null },
    };
  }
}
