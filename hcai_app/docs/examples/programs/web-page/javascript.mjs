import { createServer } from "node:http";

const page = `<!doctype html>
<title>Raccoon names</title>
<button>Name a raccoon</button> <output></output>
<script>
  document.querySelector("button").onclick = async () => {
    const answer = await fetch("/name", { method: "POST" });
    document.querySelector("output").textContent = await answer.text();
  };
</script>`;

async function newName() {
  const answer = await fetch("{{base}}/chat/completions", {
    method: "POST",
    headers: {
      Authorization: `Bearer ${process.env.AI_KEY}`, // stays on this server
      "Content-Type": "application/json",
    },
    body: JSON.stringify({
      model: "{{language_model}}",
      messages: [{ role: "user", content: "Invent one name for a raccoon." }],
      max_tokens: 500,
    }),
  });
  const { choices, error } = await answer.json();
  if (error) throw new Error(error.message);
  return choices[0].message.content;
}

const server = createServer(async (request, response) => {
  if (request.method === "POST" && request.url === "/name") {
    response.setHeader("Content-Type", "text/plain; charset=utf-8");
    try {
      response.end(await newName());
    } catch (error) {
      console.error(error);
      response.end("No name today, sorry.");
    }
  } else {
    response.setHeader("Content-Type", "text/html");
    response.end(page);
  }
});
server.listen(process.env.PORT ?? 8080, "localhost", () => {
  console.log(`Open http://localhost:${server.address().port}`);
});
