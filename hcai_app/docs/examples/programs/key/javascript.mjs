const answer = await fetch("{{base}}/key", {
  headers: { Authorization: `Bearer ${process.env.AI_KEY}` },
});
if (!answer.ok) throw new Error(await answer.text());
const key = (await answer.json()).data;
console.log(`$${key.limit_remaining.toFixed(4)} of $${key.limit.toFixed(2)} are left`);
