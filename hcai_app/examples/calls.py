"""A first call in each language, for each kind of model.

Every example stands by itself: paste it, set `AI_KEY`, run it. Model ids need no escaping, since
the catalogue lets only plain ones in.
"""

from typing import Literal

Kind = Literal["chat", "image", "embedding"]
Language = Literal["curl", "python", "javascript"]

# In the order of the tabs, with the name that people use.
LANGUAGES: dict[Language, str] = {"curl": "curl", "python": "Python", "javascript": "JavaScript"}
NEEDS: dict[Language, str] = {
    "curl": "",
    "python": "pip install openai",
    "javascript": "npm install openai",
}
QUESTION = "Name my raccoon rhythm game."
PROMPT = "A raccoon playing the drums"

CURL_CHAT = """curl {base}/chat/completions \\
  -H "Authorization: Bearer $AI_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "model": "{model}",
    "messages": [{
      "role": "user",
      "content": "{question}"
    }]
  }'"""
CURL_STREAM = CURL_CHAT.replace("curl ", "curl -N ").replace(
    '"model": "{model}",', '"model": "{model}",\n    "stream": true,'
)
CURL_IMAGE = """curl {base}/images/generations \\
  -H "Authorization: Bearer $AI_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "model": "{model}",
    "prompt": "{prompt}"
  }' |
  grep -o '"b64_json": *"[^"]*"' |
  cut -d '"' -f 4 |
  base64 -d > raccoon.png"""
CURL_EMBEDDING = """curl {base}/embeddings \\
  -H "Authorization: Bearer $AI_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "model": "{model}",
    "input": ["raccoon", "trash panda"]
  }'"""

PYTHON_CLIENT = """import os

from openai import OpenAI

client = OpenAI(
    base_url="{base}",
    api_key=os.environ["AI_KEY"],
)
"""
PYTHON_CHAT = f"""{PYTHON_CLIENT}
answer = client.chat.completions.create(
    model="{{model}}",
    messages=[{{"role": "user", "content": "{{question}}"}}],
)
print(answer.choices[0].message.content)"""
PYTHON_IMAGE = f"""import base64
{PYTHON_CLIENT}
answer = client.images.generate(
    model="{{model}}",
    prompt="{{prompt}}",
)
with open("raccoon.png", "wb") as file:
    file.write(base64.b64decode(answer.data[0].b64_json))"""
PYTHON_EMBEDDING = f"""{PYTHON_CLIENT}
answer = client.embeddings.create(
    model="{{model}}",
    input=["raccoon", "trash panda"],
)
for item in answer.data:
    print(len(item.embedding), item.embedding[:3])"""

JAVASCRIPT_CLIENT = """import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{base}",
  apiKey: process.env.AI_KEY,
});
"""
JAVASCRIPT_CHAT = f"""{JAVASCRIPT_CLIENT}
const answer = await client.chat.completions.create({{
  model: "{{model}}",
  messages: [{{ role: "user", content: "{{question}}" }}],
}});
console.log(answer.choices[0].message.content);"""
JAVASCRIPT_IMAGE = f"""import {{ writeFile }} from "node:fs/promises";
{JAVASCRIPT_CLIENT}
const answer = await client.images.generate({{
  model: "{{model}}",
  prompt: "{{prompt}}",
}});
await writeFile("raccoon.png", Buffer.from(answer.data[0].b64_json, "base64"));"""
JAVASCRIPT_EMBEDDING = f"""{JAVASCRIPT_CLIENT}
const answer = await client.embeddings.create({{
  model: "{{model}}",
  input: ["raccoon", "trash panda"],
}});
for (const {{ embedding }} of answer.data) {{
  console.log(embedding.length, embedding.slice(0, 3));
}}"""

TEXTS: dict[tuple[Kind, Language], str] = {
    ("chat", "curl"): CURL_CHAT,
    ("chat", "python"): PYTHON_CHAT,
    ("chat", "javascript"): JAVASCRIPT_CHAT,
    ("image", "curl"): CURL_IMAGE,
    ("image", "python"): PYTHON_IMAGE,
    ("image", "javascript"): JAVASCRIPT_IMAGE,
    ("embedding", "curl"): CURL_EMBEDDING,
    ("embedding", "python"): PYTHON_EMBEDDING,
    ("embedding", "javascript"): JAVASCRIPT_EMBEDDING,
}


def call(kind: Kind, language: Language, *, model: str, base: str) -> str:
    """Return a program that asks the model once; `base` is the address up to `/v1`."""
    return _filled(TEXTS[kind, language], model, base)


def streamed_call(*, model: str, base: str) -> str:
    """Return a chat with curl whose answer arrives as it is written."""
    return _filled(CURL_STREAM, model, base)


def _filled(text: str, model: str, base: str) -> str:
    places = {"base": base, "model": model, "question": QUESTION, "prompt": PROMPT}
    for place, value in places.items():
        text = text.replace(f"{{{place}}}", value)
    return text
