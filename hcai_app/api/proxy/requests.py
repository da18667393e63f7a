"""A generating call's parsed request: only the members we need are decoded."""

import msgspec

from hcai_app.api.proxy import members
from hcai_app.api.proxy.members import Fields
from hcai_app.errors import InvalidRequest


class Request(msgspec.Struct, frozen=True):
    """A parsed request; `fields` holds all members, values byte for byte."""

    model: str
    is_stream: bool
    max_tokens: int | None  # of one answer; None: not said
    answers: int
    fields: Fields
    names: tuple[str, ...] = ("user",)  # the members that name the end user to the provider
    has_metadata_name: bool = False  # the end user is named in `metadata.user_id`, too

    def body_for(self, pseudonym: str) -> bytes:
        """Return the body for the provider, with every end-user id replaced by our pseudonym."""
        name = msgspec.Raw(msgspec.json.encode(pseudonym))
        for member in self.names:
            self.fields[member] = name
        if "safety_identifier" in self.fields:
            self.fields["safety_identifier"] = name
        if "metadata" in self.fields or self.has_metadata_name:
            self.fields["metadata"] = self._renamed(name)
        return msgspec.json.encode(self.fields)

    def _renamed(self, name: msgspec.Raw) -> msgspec.Raw:
        """Return the metadata with its `user_id` replaced, if it has or needs one."""
        metadata = self.fields.get("metadata", msgspec.Raw(b"{}"))
        try:
            pairs = members.object_in(bytes(metadata))
        except InvalidRequest:
            return metadata  # no object: the provider validates it
        if "user_id" not in pairs and not self.has_metadata_name:
            return metadata
        return msgspec.Raw(msgspec.json.encode({**pairs, "user_id": name}))
