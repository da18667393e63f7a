"""Schemas of `/chat/completions`: request, response and stream chunks."""

from hcai_app.api.openapi.schemas import (
    Schema,
    anything,
    array,
    choice,
    constant,
    either,
    event,
    members,
    nullable,
    number,
    open_choice,
    ref,
    text,
    truth,
    whole,
)

STREAM = nullable(truth("`true`: the answer comes word by word, as server-sent events."))
FALLBACKS = nullable(array(ref("ChatModel"), "What to ask instead when `model` cannot answer."))
MAX_TOKENS = nullable(whole("The most tokens to write. A token is about ¾ of a word."))
TEMPERATURE = nullable(number("0: the same again and again. 2: wild.", minimum=0, maximum=2))
FINISHES = ("stop", "length", "tool_calls", "content_filter", "error")
IMAGES = array(
    anything(), "Pictures, each `{type: image_url, image_url: {url: data:image/png;base64,…}}`."
)


def schemas() -> dict[str, Schema]:
    """Return the schemas of chat completions."""
    return {
        "ChatRequest": _request(),
        "ChatMessage": _message(),
        "ContentPart": _part(),
        "ChatCompletion": _completion(),
        "ChatChunk": _chunk(),
        "ChatEvent": event(ref("ChatChunk"), has_end_mark=True),
        "Usage": usage(),
    }


def _request() -> Schema:
    required = {
        "model": ref("ChatModel"),
        "messages": array(ref("ChatMessage"), "The conversation so far, oldest first."),
    }
    optional = {
        "stream": STREAM,
        "models": FALLBACKS,
        "max_completion_tokens": MAX_TOKENS,
        "max_tokens": MAX_TOKENS,
        "temperature": TEMPERATURE,
        "tools": array(anything(), "Functions of yours that the model may ask for."),
        "response_format": anything("`{type: json_object}` or `{type: json_schema, …}`."),
        "modalities": array(text(), 'What may come back: `["image", "text"]` for a picture.'),
        "image_config": anything("How a picture should be, such as `{aspect_ratio: 16:9}`."),
        "reasoning": anything("How hard to think: `{effort: high}`."),
        "plugins": array(anything(), "Such as `{id: file-parser}` for PDFs."),
    }
    says = "Whatever else OpenRouter takes may be here too; it reaches the model untouched."
    return members(required, optional, says)


def _message() -> Schema:
    content = either(
        text(),
        array(ref("ContentPart")),
        {"type": "null"},
        description="A text, or parts: text, pictures, files.",
    )
    role = choice("system", "developer", "user", "assistant", "tool", description="Who speaks.")
    return members({"role": role}, {"content": content}, "One turn of the conversation.")


def _part() -> Schema:
    kinds = ("text", "image_url", "file", "input_audio", "video_url")
    says = {
        "text": text("For `type: text`."),
        "image_url": anything("For pictures: `{url}`, an https or a data URL."),
        "file": anything("For PDFs: `{filename, file_data}`, the data as a URL."),
    }
    return members({"type": open_choice(*kinds)}, says, "A piece of a message.")


def _completion() -> Schema:
    choices = members(
        {
            "index": whole(),
            "message": _spoken("assistant"),
            "finish_reason": nullable(open_choice(*FINISHES)),
        }
    )
    required = {
        "id": text("The generation's id."),
        "object": constant("chat.completion"),
        "created": whole("Unix seconds."),
        "model": text("Who answered."),
        "choices": array(choices),
        "system_fingerprint": nullable(text()),
    }
    return members(required, {"usage": nullable(ref("Usage"))}, "A whole answer.")


def _chunk() -> Schema:
    choices = members(
        {
            "index": whole(),
            "delta": _spoken(),
            "finish_reason": nullable(open_choice(*FINISHES)),
        }
    )
    required = {
        "id": text(),
        "object": constant("chat.completion.chunk"),
        "created": whole(),
        "model": text(),
        "choices": array(choices),
    }
    optional = {
        "usage": nullable(ref("Usage")),
        "error": members(
            {"code": whole(), "message": text()},
            description="When something broke on the way: the answer ends here.",
        ),
    }
    return members(required, optional, "A piece of an answer: one `data:` line of the stream.")


def _spoken(*role: str) -> Schema:
    said = {
        "content": nullable(text("The words.")),
        "reasoning": nullable(text("What the model thought before.")),
        "tool_calls": nullable(array(anything(), "Functions that the model asks for.")),
        "images": nullable(IMAGES),
        "annotations": nullable(array(anything(), "Sources, and files as they were read.")),
    }
    return members({"role": choice(*role)} if role else {}, said)


def usage() -> Schema:
    """Return the schema of usage and cost."""
    counts = {
        "prompt_tokens": whole("Tokens that went in."),
        "completion_tokens": whole("Tokens that came out."),
        "total_tokens": whole("Both."),
    }
    return members(counts, {"cost": nullable(number("US dollars."))}, "What this call used.")
