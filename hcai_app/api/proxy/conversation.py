"""Makes the request of a conversation of the playground: what is sent, and what its code shows.

A page sends the branch that is open, its model as the page lists it, and its files as data URLs.
What it says of the model shapes its own request only: what may be asked is decided on the road.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, Literal

import msgspec
from msgspec import Struct

from hcai_app.api.proxy import members
from hcai_app.api.proxy.body_bounds import Body
from hcai_app.errors import InvalidRequest
from hcai_app.services.models import settings
from hcai_app.services.models.listing import PDF

FREE_PARSER = [{"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}}]
MAX_NAME = 80
# So many names are told in an error.
MAX_SHOWN = 3
# How many times as long as what came the files in a request may be: a page names each once.
MAX_GROWTH = 2
UNSAFE = re.compile(r"[^\w ._()-]")
LEADING = re.compile(r"^[-.\s]+")


class SentFile(Struct, frozen=True):
    """A file of a message, or a picture of an answer."""

    id: str
    name: str
    type: str

    @property
    def is_picture(self) -> bool:
        """Whether it goes as a picture."""
        return self.type.startswith("image/")


class SentMessage(Struct, frozen=True):
    """A question with its files, or an answer."""

    role: Literal["user", "assistant"]
    text: str = ""
    files: list[SentFile] = []
    images: list[SentFile] = []
    annotations: list[Any] = []


class AskedModel(Struct, frozen=True):
    """A model, as the list of models has it."""

    id: str
    name: str
    inputs: list[str]
    outputs: list[str]
    takes: list[str]
    parameters: list[str]
    max_output: int = msgspec.field(default=0, name="maxOutput")

    @property
    def draws(self) -> bool:
        """Whether its answers can hold pictures."""
        return "image" in self.outputs


class Conversation(Struct, frozen=True):
    """What is asked: the messages from the first to the last, and how to answer."""

    model: AskedModel
    settings: dict[str, Any]
    messages: list[SentMessage]


class _Sent(Conversation, frozen=True):
    urls: dict[str, msgspec.Raw] = {}  # by a file's id


UrlOf = Callable[[SentFile], Any]


def request_body(body: Body) -> bytes:
    """Return the body of a chat completion for what a page sends, always as a stream.

    Only a stream ends at the provider when it is stopped in the page.

    Raises:
        InvalidRequest: When it is no conversation, or the model sees nothing of its question.
    """
    members.object_in(body)  # it has bounds
    try:
        sent = msgspec.json.decode(body, type=_Sent)
        made = chat_body(sent, _Addresses(sent, most=MAX_GROWTH * len(body)))
        if not made["messages"] or made["messages"][-1]["role"] != "user":
            raise InvalidRequest(_unseen(sent))
        return msgspec.json.encode({**made, "stream": True})
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise InvalidRequest("The body is not what belongs here.") from error


class _Addresses:
    """The data URLs of a conversation's files, each as often as a message has the file."""

    def __init__(self, sent: _Sent, *, most: int) -> None:
        self._sent = sent
        self._left = most

    def __call__(self, file: SentFile) -> msgspec.Raw:
        """Return a file's data URL.

        Raises:
            InvalidRequest: When it was not sent, or all of them would be far more than what was.
        """
        try:
            url = self._sent.urls[file.id]
        except KeyError:
            raise InvalidRequest(f"{_shown(file.name)} is missing: attach it again.") from None
        self._left -= len(memoryview(url))
        if self._left < 0:
            raise InvalidRequest("The same files are attached too often: send each once.")
        return url


def _unseen(sent: _Sent) -> str:
    files = sent.messages[-1].files if sent.messages else []
    unseen = [_shown(file.name) for file in files if file.type not in sent.model.takes]
    names = ", ".join(unseen[:MAX_SHOWN])
    said = f"{_shown(sent.model.name)} does not see {names}. " if names else ""
    return f"{said}Choose a model that does, or write something."


def _shown(name: str) -> str:
    """Return a name in quotes: what stands in them is not kept of a refused call."""
    return repr(name[:MAX_NAME])


def chat_body(asked: Conversation, url_of: UrlOf) -> dict[str, Any]:
    """Return the body of a chat completion; `url_of` gives what stands for a file's data URL."""
    model = asked.model
    modalities = [it for it in ("image", "text") if it in model.outputs] if model.draws else []
    is_stream = model.draws or asked.settings.get("stream") is not False
    is_parsed = PDF in model.takes and "file" not in model.inputs
    has_pdf = any(file.type == PDF for message in asked.messages for file in message.files)
    return {
        "model": model.id,
        "messages": list(_messages(asked, url_of)),
        **({"stream": True} if is_stream else {}),
        **({"modalities": modalities} if modalities else {}),
        **_settings(asked),
        **({"plugins": FREE_PARSER} if is_parsed and has_pdf else {}),
    }


def _settings(asked: Conversation) -> dict[str, Any]:
    """Return what was chosen, where a body has it."""
    model = asked.model
    chosen = settings.chosen(asked.settings, model.parameters, draws=model.draws)
    if model.max_output and "max_tokens" in chosen:
        chosen["max_tokens"] = min(chosen["max_tokens"], model.max_output)
    if shape := chosen.pop("aspect_ratio", None):
        chosen["image_config"] = {"aspect_ratio": shape}
    if form := chosen.pop("response_format", None):
        chosen["response_format"] = {"type": form}
    if schema := chosen.pop("schema", None):
        chosen["response_format"] = {"type": "json_schema", "json_schema": schema}
    return chosen


def _messages(asked: Conversation, url_of: UrlOf) -> Iterator[dict[str, Any]]:
    system = str(asked.settings.get("system") or "").strip()
    if system:
        yield {"role": "system", "content": system}
    drawn: list[SentFile] = []
    for message in _named_apart(asked.messages):
        if message.role == "user":
            # A picture that was drawn goes back with the next words, so that they can be about it.
            own = {file.id for file in message.files}
            files = [*(it for it in drawn if it.id not in own), *message.files]
            if content := _content(message.text, files, asked.model, url_of):
                yield {"role": "user", "content": content}
        elif message.text:
            read = {"annotations": message.annotations} if message.annotations else {}
            yield {"role": "assistant", "content": message.text, **read}
        if message.role == "user" or message.images:
            drawn = message.images


def _content(text: str, files: list[SentFile], model: AskedModel, url_of: UrlOf) -> str | list[Any]:
    parts = [_part(file, url_of(file)) for file in files if file.type in model.takes]
    words = [{"type": "text", "text": text}] if text else []
    return [*words, *parts] if parts else text


def _part(file: SentFile, url: Any) -> dict[str, Any]:
    if file.is_picture:
        return {"type": "image_url", "image_url": {"url": url}}
    return {"type": "file", "file": {"filename": file.name, "file_data": url}}


def _named_apart(messages: list[SentMessage]) -> Iterator[SentMessage]:
    """Yield messages whose files have names that are safe, and different from one another."""
    names = _Names()
    for message in messages:
        files, images = names.given_to(message.files), names.given_to(message.images)
        yield msgspec.structs.replace(message, files=files, images=images)


class _Names:
    """The names of a conversation's files, each file's its own."""

    def __init__(self) -> None:
        self._by_id: dict[str, str] = {}
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}  # the number that a name taken already gets

    def given_to(self, files: list[SentFile]) -> list[SentFile]:
        """Return files with their names."""
        for file in files:
            if file.id not in self._by_id:
                self._by_id[file.id] = self._free(safe_name(file.name))
        return [msgspec.structs.replace(file, name=self._by_id[file.id]) for file in files]

    def _free(self, name: str) -> str:
        stem, dot, end = name.rpartition(".")
        stem, end = (stem, dot + end) if stem else (name, "")
        found, number = name, self._next.get(name, 2)
        while found in self._taken:
            found, number = f"{stem}-{number}{end}", number + 1
        self._next[name] = number
        self._taken.add(found)
        return found


def safe_name(name: str) -> str:
    """Return a name that a file system, a shell and a reader get along with."""
    plain = UNSAFE.sub("_", unicodedata.normalize("NFC", name))
    return LEADING.sub("", plain)[-MAX_NAME:].strip() or "file"
