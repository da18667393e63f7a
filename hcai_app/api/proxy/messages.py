"""`/messages`: validation of Anthropic's Messages requests."""

from hcai_app.api.proxy import members
from hcai_app.api.proxy.requests import Request


def parse(body: bytes) -> Request:
    """Read a request.

    Raises:
        InvalidRequest: When it is no JSON object or lacks its shape.
    """
    fields = members.object_in(body)
    members.require_list(fields, "messages", "messages")
    return Request(
        model=members.model(fields),
        is_stream=members.is_stream(fields),
        max_tokens=members.whole(fields, "max_tokens"),
        answers=1,
        fields=fields,
        has_metadata_name=True,
    )
