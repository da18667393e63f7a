const answer = await fetch("{{base}}/stats", {
  headers: { Authorization: `Bearer ${process.env.AI_KEY}` },
});
if (!answer.ok) throw new Error(await answer.text());
const stats = await answer.json();
console.log(stats.totalRequests, "calls,", stats.totalTokens, "tokens");
