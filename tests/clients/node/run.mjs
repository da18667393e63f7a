// Makes the calls it is told to. Each line of standard input is a job, each line of output its answer:
//   {client, options, method, arguments, then, take}  ->  {result} or {items} or {error, items}
// `then` is a method of what the first one returns; `take` leaves a stream after so many items.
import { createInterface } from "node:readline";
import { OpenRouter } from "@openrouter/sdk";
import { OpenAI } from "openai";

const CLIENTS = { openai: OpenAI, "@openrouter/sdk": OpenRouter };

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}

async function answer({ client, options, method, arguments: given, then, take }) {
  const items = [];
  try {
    const begun = call(new CLIENTS[client](options), method.split("."), given);
    const result = await (then ? begun[then]() : begun);
    if (!result?.[Symbol.asyncIterator]) return { result: result ?? null };
    for await (const item of result) if (items.push(item) === take) break;
    return { items };
  } catch (error) {
    return { error: described(error), items };
  }
}

function call(client, path, given) {
  const name = path.pop();
  const owner = path.reduce((object, part) => object[part], client);
  return owner[name](...given);
}

// The two packages keep the status and the body under different names.
function described(error) {
  return {
    kind: error.constructor.name,
    message: error.message,
    status: error.status ?? error.statusCode ?? null,
    code: error.code ?? error.error?.code ?? null,
    headers: Object.fromEntries(error.headers ?? []),
    body: error.error ?? error.body ?? null,
  };
}
