import { setTimeout as sleep } from "node:timers/promises";

const base = "{{base}}";
const headers = {
  Authorization: `Bearer ${process.env.AI_KEY}`,
  "Content-Type": "application/json",
};

const answer = await fetch(`${base}/chat/completions`, {
  method: "POST",
  headers,
  body: JSON.stringify({
    model: "{{language_model}}",
    messages: [{ role: "user", content: "Name my raccoon rhythm game." }],
  }),
});
const { error, id } = await answer.json();
if (error) throw new Error(error.message);

// The provider needs a few seconds until it knows.
let record = await fetch(`${base}/generation?id=${id}`, { headers });
for (let attempt = 0; record.status === 404 && attempt < 10; attempt += 1) {
  await sleep(2000);
  record = await fetch(`${base}/generation?id=${id}`, { headers });
}
if (!record.ok) throw new Error(await record.text());
console.log(id, "has cost", (await record.json()).data.total_cost, "USD");
