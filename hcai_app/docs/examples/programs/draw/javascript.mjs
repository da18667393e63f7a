import { writeFile } from "node:fs/promises";

const answer = await fetch("{{base}}/chat/completions", {
  method: "POST",
  headers: {
    Authorization: `Bearer ${process.env.AI_KEY}`,
    "Content-Type": "application/json",
  },
  body: JSON.stringify({
    model: "{{image_model}}",
    messages: [
      { role: "user", content: "Draw a raccoon that touches grass for the first time." },
    ],
    modalities: ["image", "text"],
    image_config: { aspect_ratio: "16:9" },
  }),
});
const { error, choices } = await answer.json();
if (error) throw new Error(error.message);

const { message } = choices[0];
console.log(message.content);
for (const [number, image] of (message.images ?? []).entries()) {
  // "data:image/png;base64,…": what we want comes after the comma.
  const data = image.image_url.url.split(",")[1];
  await writeFile(`grass-${number}.png`, Buffer.from(data, "base64"));
  console.log(`Look at grass-${number}.png`);
}
