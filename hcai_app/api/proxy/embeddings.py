"""`/embeddings`: request validation."""

from hcai_app.api.proxy import members
from hcai_app.api.proxy.requests import Request
from hcai_app.errors import InvalidRequest


def parse(body: bytes) -> Request:
    """Read a request.

    Raises:
        InvalidRequest: When it is no JSON object or lacks its shape.
    """
    fields = members.object_in(body)
    members.require_text_or_list(fields, "input", "texts or token ids")
    if members.is_stream(fields):
        raise InvalidRequest("Embeddings do not stream.", param="stream")
    model = members.model(fields)
    return Request(model=model, is_stream=False, max_tokens=0, answers=1, fields=fields)
