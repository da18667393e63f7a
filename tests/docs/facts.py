"""Every fact of the existing service's public docs, and where ours tell it.

A fact is named in short, then come the chapter and words that stand there, as the reader sees them
with the standard settings.
"""

from typing import NamedTuple


class Fact(NamedTuple):
    """What is told, in which chapter, by which words."""

    told: str
    chapter: str
    words: str


FACTS = (
    # The service
    Fact("it is a proxy to language models and embeddings", "quick-start", "language models"),
    Fact("it is compatible with OpenAI", "quick-start", "an API that speaks OpenAI’s language"),
    Fact("OpenRouter is behind it", "quick-start", "passes your call on to [OpenRouter]"),
    Fact("forms are OpenRouter's", "quick-start", "Requests and answers have OpenRouter’s form"),
    Fact("its docs go deeper", "quick-start", "https://openrouter.ai/docs"),
    # Quick start
    Fact("keys are made on the site", "quick-start", "make a key on the [keys page](/keys)"),
    Fact("give a key a name", "quick-start", "Give it a name that tells you later"),
    Fact("do not share it", "quick-start", "do not share it with anybody"),
    Fact(
        "a first call with curl",
        "quick-start",
        "curl http://localhost:3000/proxy/v1/chat/completions",
    ),
    Fact(
        "a first call in JavaScript", "quick-start", 'import { OpenRouter } from "@openrouter/sdk"'
    ),
    Fact("a first call in Python", "quick-start", "from openrouter import OpenRouter"),
    Fact(
        "the Python client's address", "quick-start", 'server_url="http://localhost:3000/proxy/v1"'
    ),
    Fact("the app's own headers", "clients", "`X-Title` and `HTTP-Referer`"),
    # Authentication
    Fact("a key as bearer token", "authentication", "Authorization: Bearer sk-hc-v1-"),
    Fact("calls need a key", "authentication", "needs your API key"),
    Fact("keys are managed on the site", "authentication", "You make and revoke keys on the"),
    Fact("50 active keys", "authentication", "up to 50 active keys"),
    # Chat
    Fact("the path", "chat", "POST http://localhost:3000/proxy/v1/chat/completions"),
    Fact("what it is for", "chat", "you send a conversation, the model writes what comes next"),
    Fact("with and without a stream", "chat", "`true` sends the answer word by word"),
    Fact("the model is required", "chat", "| `model` | needed |"),
    Fact("messages are required", "chat", "| `messages` | needed |"),
    Fact("the role system", "chat", "`system`: how the model should behave"),
    Fact("the role user", "chat", "`user`: what the person says"),
    Fact("the role assistant", "chat", "`assistant`: what the model said before"),
    Fact("stream is off by itself", "chat", "| `stream` | `false` |"),
    Fact("temperature from 0 to 2", "chat", "0 to 2: low is sober"),
    Fact("max_tokens", "chat", "the most that the answer may have, in tokens"),
    Fact("top_p", "chat", "choose only among the likeliest words"),
    Fact("the answer's id and object", "chat", '"object": "chat.completion"'),
    Fact("where the text is", "chat", "The text is in `choices[0].message.content`"),
    Fact("why it stopped", "chat", '"finish_reason": "stop"'),
    Fact("the tokens", "chat", '"total_tokens": 19'),
    Fact("tokens in", "chat", '"prompt_tokens": 13'),
    Fact("tokens out", "chat", '"completion_tokens": 6'),
    Fact("who speaks", "chat", '"role": "assistant"'),
    Fact("the place among several", "chat", '"index": 0'),
    # Images
    Fact("pictures in a chat", "images", "draw within a conversation"),
    Fact("an image model, by id", "images", "`google/gemini-2.5-flash-image`"),
    Fact("its nickname", "images", "whose friends call it Nano Banana"),
    Fact("another one, by id", "images", "`google/gemini-3-pro-image-preview`"),
    Fact("that one's nickname", "images", "which is Nano Banana 3 Pro"),
    Fact(
        "plain HTTP is best", "images", "Plain HTTP (curl, `requests`, `fetch`) is the simplest way"
    ),
    Fact("modalities", "images", '"modalities": ["image", "text"]'),
    Fact("the shape", "images", '"aspect_ratio": "16:9"'),
    Fact("more about the shapes", "images", "image-generation#image-aspect-ratio-configuration"),
    Fact("the prompt touches grass", "images", "touches grass for the first time"),
    Fact("the usual answer", "images", "It is the usual answer of a chat"),
    Fact("pictures are in images", "images", "has a list of `images` beside its `content`"),
    Fact("as data URLs, mostly PNG", "images", "a data URL, mostly of a PNG"),
    Fact("each is an image_url", "images", '"type": "image_url"'),
    Fact("how to save one", "images", "base64.b64decode(data)"),
    # PDFs
    Fact("PDFs for any model", "pdfs", "You can send PDFs to any model"),
    Fact("as a link", "pdfs", "If everybody can open the link, send the link"),
    Fact("as base64", "pdfs", "goes into the request as base64"),
    Fact("natively where possible", "pdfs", "it gets your PDF as it is"),
    Fact("else it is parsed first", "pdfs", "OpenRouter reads the PDF first and hands the text"),
    Fact("links are for all to open", "pdfs", "If everybody can open the link"),
    Fact("local and private files", "pdfs", "on your disk, or one that is nobody’s business"),
    Fact("the parser's id", "pdfs", '"id": "file-parser"'),
    Fact("where the engine is named", "pdfs", '"pdf": {"engine": "cloudflare-ai"}'),
    Fact("plugins choose the engine", "pdfs", "`plugins` chooses what reads the PDF"),
    Fact(
        "the free engine",
        "pdfs",
        "| `cloudflare-ai` | PDFs made of text, neatly written | nothing |",
    ),
    Fact("its old name", "pdfs", "Older programs call it `pdf-text`"),
    Fact("the engine for scans", "pdfs", "| `mistral-ocr` | scans"),
    Fact("its price", "pdfs", "$2 for 1,000 pages"),
    Fact("the native engine", "pdfs", "the tokens of the file, as input"),
    Fact("the default", "pdfs", "if it cannot, `mistral-ocr` does"),
    Fact("an example with a link", "pdfs", "https://bitcoin.org/bitcoin.pdf"),
    Fact("an example with a file", "pdfs", "data:application/pdf;base64,{data}"),
    Fact("annotations come back", "pdfs", "The answer carries what was read in `annotations`"),
    Fact("sent again they save a parse", "pdfs", "not read and paid a second time"),
    Fact("an example of that", "pdfs", '"annotations": said.get("annotations")'),
    # Embeddings
    Fact("the path", "embeddings", "POST http://localhost:3000/proxy/v1/embeddings"),
    Fact("what they are", "embeddings", "turns a text into a list of numbers"),
    Fact("vector databases", "embeddings", "into a vector database"),
    Fact("Pinecone", "embeddings", "or Pinecone"),
    Fact("pgvector", "embeddings", "https://github.com/pgvector/pgvector"),
    Fact("an example with curl", "embeddings", '"model": "qwen/qwen3-embedding-8b"'),
    Fact("an example in Python", "embeddings", "client.embeddings.generate("),
    Fact("how many numbers", "embeddings", "len(item.embedding)"),
    # Models
    Fact("the list", "models", "GET http://localhost:3000/proxy/v1/models"),
    Fact("no key for lists", "models", "Nobody needs a key for that"),
    Fact(
        "it is OpenAI's list",
        "models",
        "/models/list) and OpenRouter’s list at once, so the clients of both",
    ),
    Fact("OpenAI's page about it", "models", "platform.openai.com/docs/api-reference/models/list"),
    Fact("embedding models are OpenRouter's list", "models", "The same form, for [embeddings]"),
    Fact("OpenRouter's page about it", "models", "embeddings/list-embeddings-models"),
    Fact("embedding models", "models", "GET http://localhost:3000/proxy/v1/embeddings/models"),
    # Stats
    Fact("the path", "stats-and-key", "GET http://localhost:3000/proxy/v1/stats"),
    Fact("of the account", "stats-and-key", "the totals of your account"),
    Fact("requests", "stats-and-key", '"totalRequests"'),
    Fact("tokens", "stats-and-key", '"totalTokens"'),
    Fact("tokens in", "stats-and-key", '"totalPromptTokens"'),
    Fact("tokens out", "stats-and-key", '"totalCompletionTokens"'),
    # Moderations
    Fact("the path", "moderations", "POST http://localhost:3000/proxy/v1/moderations"),
    Fact("what it is for", "moderations", "is this text or picture hateful, violent, or worse?"),
    Fact("texts and pictures", "moderations", "Text and pictures in one list of parts"),
    Fact("the default model", "moderations", "omni-moderation-latest"),
    Fact("flagged", "moderations", '"flagged": true'),
    Fact("categories", "moderations", "`self-harm/instructions`"),
    Fact("sexual, with minors", "moderations", "`sexual/minors`"),
    Fact("graphic violence", "moderations", "`violence/graphic`"),
    Fact("about hurting oneself", "moderations", "`self-harm/intent`"),
    Fact("it costs nothing", "moderations", "It costs nothing of your budget"),
    Fact("illicit", "moderations", "`illicit/violent`"),
    Fact("harassment", "moderations", "`harassment/threatening`"),
    Fact("hate", "moderations", "`hate/threatening`"),
    Fact("scores", "moderations", "`category_scores` go from 0 to 1"),
    Fact("kinds of input", "moderations", "`category_applied_input_types`"),
    # Rules
    Fact("for teens", "rules", "for teenagers, 18 and younger"),
    Fact("a charity", "rules", "Hack Club is a charity"),
    Fact("no abuse", "rules", "Please do not abuse"),
    Fact("no coding agents", "rules", "**No coding agents.** Cursor"),
    Fact("for now", "rules", "is not allowed for now"),
    Fact("no proxies", "rules", "Do not build a proxy"),
    Fact("others' users obey as well", "rules", "who do not follow these rules themselves"),
    Fact("no resale", "rules", "Do not sell this"),
    Fact("no reselling service", "rules", "a service that sells AI to others"),
    Fact("code of conduct", "rules", "https://hackclub.com/conduct"),
    Fact("nothing explicit", "rules", "nothing explicit, neither pictures nor text"),
    Fact("no malware", "rules", "no malware"),
    Fact("nothing harmful", "rules", "nothing else that does harm"),
    # Limits
    Fact("150 calls in 30 minutes", "limits-and-budgets", "150 requests per 30 minutes"),
    Fact("chat and embeddings together", "limits-and-budgets", "chat, embeddings, responses"),
    Fact("300 moderations a minute", "limits-and-budgets", "300 requests per minute"),
    Fact("per user", "limits-and-budgets", "They count for you, not for each key"),
)
