"""Wrong addresses of the API: which ones are mistakes that are known, and what is right.

Most come of a base URL that is not quite right: the origin alone, `/v1`, `/api/v1`, the path of a
call within it, `v1` twice.
"""

from hcai_app.api import routes
from hcai_app.api.endpoint import ROOT

# Longer paths are not looked at.
MAX_PATH = 200
# Calls of other services that have something else in their place -> what that is.
INSTEAD = {
    "/messages/count_tokens": "counting tokens is not offered; usage comes with the answer",
    "/credits": "what you may still spend is at `/key`",
    "/activity": "what you have used is at `/stats` and on the dashboard",
    "/keys": "keys are made and revoked on the site, on the page `/keys`",
    "/auth/key": "your limits, and what is left, are at `/key`",
    "/models/user": "the models that you may use are at `/models`",
    "/providers": "who runs a model is at `/models/{author}/{slug}/endpoints`",
    "/endpoints/zdr": "who runs a model is at `/models/{author}/{slug}/endpoints`",
    "/images/edits": "send the picture as `input_references` to `/images`, or in a chat",
    "/images/variations": "send the picture as `input_references` to `/images`, or in a chat",
    "/rerank": "reranking is not offered; compare texts by `/embeddings`",
    "/audio/speech": "speech is not offered yet",
    "/audio/transcriptions": "send the sound in a chat, as a part `input_audio`",
    "/audio/translations": "send the sound in a chat, as a part `input_audio`",
    "/videos": "videos are not offered",
    "/batches": "batches are not offered; send the calls one by one",
    "/files": "files are not kept here; send them in the request itself",
    "/assistants": "assistants are not offered; keep the conversation in your program",
    "/threads": "conversations are not kept here; send all messages each time",
    "/fine_tuning/jobs": "fine-tuning is not offered",
    "/realtime": "realtime is not offered; take a stream",
}


def call_in(path: str) -> str | None:
    """Return the call that a path ends with, below the right base; None when there is none.

    Where only the case of its letters is wrong, that is the call, too.
    """
    if len(path) > MAX_PATH:
        return None
    return _tail_of(path) or _tail_of(path.lower())


def _tail_of(path: str) -> str | None:
    parts = path.strip("/").split("/")
    tails = ("/" + "/".join(parts[start:]) for start in range(len(parts)))
    return next((tail for tail in tails if _is_call(tail)), None)


def _is_call(tail: str) -> bool:
    return tail in INSTEAD or routes.is_call(tail)


def advice(path: str, origin: str) -> str:
    """Return what to do instead of asking for an unknown path; empty where nothing is known."""
    base, call = f"{origin}{ROOT}", call_in(path)
    instead = INSTEAD.get(call or "", "")
    if instead and path.rstrip("/") == f"{ROOT}{call}":
        return f" `{call}` has no counterpart here: {instead}."
    if call is not None:
        is_anthropic = any(path in call for path in routes.ANTHROPIC)
        about = f" ({instead})" if instead else ""
        adds = f" ({origin}{routes.PROXY} for clients that add `/v1`)" if is_anthropic else ""
        return f" Did you mean {base}{call}{about}? Your client's base URL must be {base}{adds}."
    is_right = path.startswith(f"{ROOT}/") and not path.rstrip("/").endswith("/v1")
    return "" if is_right else f" Your client's base URL must be {base}."
