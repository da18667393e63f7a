"""The tests' own OpenID provider as a process: who signs in next, and what goes wrong."""

from pathlib import Path
from typing import Any

import httpx

from tests.harness.identity_server import CLIENT_ID, CLIENT_SECRET
from tests.harness.processes import Process, clean_environment, free_port

ORPHEUS = {
    "sub": "ident!Orpheus",
    "name": "Orpheus Dino",
    "email": "orpheus@example.org",
    "email_verified": True,
    "slack_id": "U0ORPHEUS",
    "verification_status": "verified",
    "ysws_eligible": True,
}


class Identity:
    """Chooses who signs in, and asks what the provider has seen."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.issuer = f"http://127.0.0.1:{port}"
        self.process = Process(
            ["--port", str(port)],
            module="tests.harness.identity_server",
            folder=folder,
            env=clean_environment(),
            ready=f"{self.issuer}/.well-known/openid-configuration",
        )
        self.process.wait_until_ready()
        self._http = httpx.Client(base_url=f"{self.issuer}/_identity", timeout=30)

    def settings(self) -> dict[str, str]:
        """What an installation needs to sign people in here."""
        return {
            "HACKCLUB_ISSUER": self.issuer,
            "HACKCLUB_CLIENT_ID": CLIENT_ID,
            "HACKCLUB_CLIENT_SECRET": CLIENT_SECRET,
        }

    def person(self, name: str = "Orpheus Dino", **claims: Any) -> dict[str, Any]:
        """Choose who signs in from now on: an eligible student; a claim that is None is left out.

        Another name alone makes another person. Returns the claims.
        """
        word = name.split()[0]
        own = {
            "name": name,
            "sub": f"ident!{word}",
            "email": f"{word.lower()}@example.org",
            "slack_id": f"U0{word.upper()}",
        }
        merged = {**ORPHEUS, **own, **claims}
        chosen = {name: value for name, value in merged.items() if value is not None}
        self.set(person=chosen)
        return chosen

    def set(self, **behaviour: Any) -> None:
        """Set any field of `Behaviour`, like `shows_consent=True` or `error="access_denied"`."""
        self._http.post("/set", json=behaviour).raise_for_status()

    def reset(self) -> None:
        """Behave as a provider should; Orpheus signs in next, without a question."""
        self._http.post("/reset").raise_for_status()
        self.person()

    def seen(self) -> list[str]:
        """Method and path of every request since the last reset."""
        return self._http.get("/seen").json()

    def stop(self) -> None:
        self._http.close()
        self.process.stop()
