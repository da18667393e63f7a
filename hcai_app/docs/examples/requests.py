"""Templates that turn any request into a program, by kind and language.

`request_code.py` writes the body in. The places in braces are filled once, and what is filled in is
not looked at again.
"""

from typing import Literal

from hcai_app.docs.examples.library import Language

Kind = Literal["chat", "stream", "picture", "embedding", "moderation"]

HEADERS = """ \\
  -H "Authorization: Bearer $AI_KEY" \\
  -H "Content-Type: application/json" \\
"""
CURL_CHAT = f"curl {{base}}/chat/completions{HEADERS}  {{data}}"
CURL_PICTURE = f"""curl {{base}}/chat/completions{HEADERS}  -o answer.json \\
  {{data}}

if grep -q 'data:image/' answer.json; then
  grep -o 'data:image/[^"]*' answer.json |
    head -n 1 | cut -d , -f 2 | base64 -d > picture.png
else
  cat answer.json
fi"""

PYTHON = """{imports}import os

from openai import OpenAI

client = OpenAI(
    base_url="{base}",
    api_key=os.environ["AI_KEY"],
)
{helper}
"""
PYTHON_CHAT = f"""{PYTHON}answer = client.chat.completions.create(
{{arguments}})
print(answer.choices[0].message.content)"""
PYTHON_STREAM = f"""{PYTHON}stream = client.chat.completions.create(
{{arguments}})
for chunk in stream:
    for choice in chunk.choices:
        print(choice.delta.content or "", end="", flush=True)
print()"""
PYTHON_PICTURE = f"""{PYTHON}answer = client.chat.completions.create(
{{arguments}})
if not answer.choices:  # a late error lies in the answer
    raise SystemExit(answer.error["message"])
message = answer.choices[0].message
print(message.content)
url = message.images[0]["image_url"]["url"]
with open("picture.png", "wb") as file:
    file.write(base64.b64decode(url.partition(",")[2]))"""
PYTHON_EMBEDDING = f"""{PYTHON}answer = client.embeddings.create(
{{arguments}})
for item in answer.data:
    print(len(item.embedding), item.embedding[:3])"""
PYTHON_MODERATION = f"""{PYTHON}answer = client.moderations.create(
{{arguments}})
for result in answer.results:
    print(result.flagged, result.category_scores)"""

JAVASCRIPT = """{imports}import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{base}",
  apiKey: process.env.AI_KEY,
});
{helper}
"""
JAVASCRIPT_CHAT = f"""{JAVASCRIPT}const answer = await client.chat.completions.create({{body}});
console.log(answer.choices[0].message.content);"""
JAVASCRIPT_STREAM = f"""{JAVASCRIPT}const stream = await client.chat.completions.create({{body}});
for await (const chunk of stream) {{
  process.stdout.write(chunk.choices[0]?.delta.content ?? "");
}}
console.log();"""
JAVASCRIPT_PICTURE = f"""import {{ writeFile }} from "node:fs/promises";
{JAVASCRIPT}const answer = await client.chat.completions.create({{body}});
if (answer.error) throw new Error(answer.error.message); // a late error lies in the answer
const {{ content, images }} = answer.choices[0].message;
console.log(content);
const [, data] = images[0].image_url.url.split(",");
await writeFile("picture.png", Buffer.from(data, "base64"));"""
JAVASCRIPT_EMBEDDING = f"""{JAVASCRIPT}const answer = await client.embeddings.create({{body}});
for (const {{ embedding }} of answer.data) {{
  console.log(embedding.length, embedding.slice(0, 3));
}}"""
JAVASCRIPT_MODERATION = f"""{JAVASCRIPT}const answer = await client.moderations.create({{body}});
for (const {{ flagged, category_scores }} of answer.results) {{
  console.log(flagged, category_scores);
}}"""

TEMPLATES: dict[Kind, dict[Language, str]] = {
    "chat": {"curl": CURL_CHAT, "python": PYTHON_CHAT, "javascript": JAVASCRIPT_CHAT},
    "stream": {
        "curl": CURL_CHAT.replace("curl ", "curl -N ", 1),
        "python": PYTHON_STREAM,
        "javascript": JAVASCRIPT_STREAM,
    },
    "picture": {"curl": CURL_PICTURE, "python": PYTHON_PICTURE, "javascript": JAVASCRIPT_PICTURE},
    "embedding": {
        "curl": CURL_CHAT.replace("chat/completions", "embeddings"),
        "python": PYTHON_EMBEDDING,
        "javascript": JAVASCRIPT_EMBEDDING,
    },
    "moderation": {
        "curl": CURL_CHAT.replace("chat/completions", "moderations"),
        "python": PYTHON_MODERATION,
        "javascript": JAVASCRIPT_MODERATION,
    },
}
# For requests that bring files: they are read from beside the program.
IMPORTS: dict[Language, str] = {
    "curl": "",
    "python": "import base64\n",
    "javascript": 'import { readFile } from "node:fs/promises";\n',
}
HELPERS: dict[Language, str] = {
    "curl": "",
    "python": """

def data_url(path, kind):
    with open(path, "rb") as file:
        return f"data:{kind};base64," + base64.b64encode(file.read()).decode()

""",
    "javascript": """
const dataUrl = async (path, kind) =>
  `data:${kind};base64,${await readFile(path, "base64")}`;
""",
}
# What the openai package for Python knows by name; the rest of a body is its `extra_body`.
PYTHON_ARGUMENTS = (
    "model",
    "messages",
    "input",
    "stream",
    "modalities",
    "temperature",
    "top_p",
    "max_tokens",
    "frequency_penalty",
    "presence_penalty",
    "reasoning_effort",
    "response_format",
    "verbosity",
    "seed",
    "stop",
)
