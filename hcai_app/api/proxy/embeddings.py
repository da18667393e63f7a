"""`/embeddings`: the shape of its requests."""

from hcai_app.api.proxy import fields as members
from hcai_app.api.proxy.requests import Request
from hcai_app.errors import InvalidRequest


def parse(body: bytes) -> Request:
    """Read a request.

    Raises:
        InvalidRequest: When it is no JSON object or lacks its shape.
    """
    fields = members.object_in(body)
    given = fields.get("input")
    if given is None or not members.starts_with(given, b'"', b"["):
        raise InvalidRequest(
            "`input` must be a text, or a list of texts or token ids.", param="input"
        )
    if members.is_stream(fields):
        raise InvalidRequest("Embeddings do not stream.", param="stream")
    model = members.model(fields)
    return Request(model=model, is_stream=False, max_tokens=0, answers=1, fields=fields)
