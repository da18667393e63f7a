"""The data policy: what the provider may do with a prompt, said in every call.

A client may ask for more (`zdr`), never for less.
"""

import msgspec

from hcai_app.api.proxy import members
from hcai_app.api.proxy.members import FALSE, NULL, Fields, starts_with
from hcai_app.upstream.openrouter.data_policy import IMPOSED, DataPolicy

PROVIDER, ZDR = "provider", "zdr"
# For the many calls that say nothing of providers.
_WHOLE = {policy: msgspec.Raw(msgspec.json.encode(IMPOSED[policy])) for policy in IMPOSED}


def impose(fields: Fields, policy: DataPolicy) -> None:
    """Write the policy into a request's choice of providers; the rest of it stays as it came.

    Raises:
        InvalidRequest: When that is no object.
    """
    if policy == "allow":
        return
    chosen = fields.get(PROVIDER)
    if chosen is None or starts_with(chosen, NULL):
        fields[PROVIDER] = _WHOLE[policy]
        return
    kept = members.object_in(bytes(chosen))
    if ZDR in kept and starts_with(kept[ZDR], NULL + FALSE):
        del kept[ZDR]  # it could undo what the account itself is set to
    fields[PROVIDER] = msgspec.Raw(msgspec.json.encode({**kept, **IMPOSED[policy]}))
