"""An OpenID provider that speaks as Hack Club Auth does, and as an attacker would on demand.

`python -m tests.harness.identity_server --port P`. Everybody is whoever was chosen last over
`/_identity/set`. It checks what a provider checks: client, redirect address, one use of each code.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT_ID, CLIENT_SECRET = "c1ie0t" * 5 + "00", "5ec2e7" * 10 + "5ec2"
CALLBACK = "/auth/callback"
ID_TOKEN_S = 120
CONSENT = """<!doctype html><html lang="en"><title>Hack Club Auth (test)</title><main>
<h1>Hack Club Auth (test)</h1><p>Sign in as {name}?</p>
<form method="post" action="{action}"><button name="answer" value="yes">Authorize</button>
<button name="answer" value="no">Deny</button></form></main></html>"""


@dataclass
class Behaviour:
    """What the provider does; tests set any of these fields."""

    person: dict[str, Any] = field(default_factory=dict)  # the claims of who signs in
    shows_consent: bool = False
    error: str | None = None  # authorize answers with this error, like access_denied
    leaves_out_code: bool = False
    leaves_out_id_token: bool = False
    claims: dict[str, Any] = field(default_factory=dict)  # over the id token's; None removes one
    userinfo: dict[str, Any] = field(default_factory=dict)  # over userinfo's; None removes one
    # right, wrong_key, unknown_kid, rotated, none, hs256
    signing: str = "right"
    down: list[str] = field(default_factory=list)  # endpoints that answer 503
    broken: list[str] = field(default_factory=list)  # endpoints that answer 200 with HTML
    slow: dict[str, float] = field(default_factory=dict)  # endpoint -> seconds before it answers
    checks: dict[str, str] = field(default_factory=dict)  # subject -> result of the public check


@dataclass
class Grant:
    """What a code or a token stands for."""

    person: dict[str, Any]
    redirect_uri: str = ""
    nonce: str | None = None
    challenge: str | None = None


class IdentityServer:
    """The provider's endpoints and the tests' own."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = RSAKey.generate_key(2048, {"kid": "first"})
        self.other_key = RSAKey.generate_key(2048, {"kid": "second"})
        self.published = [self.key]
        self.behaviour = Behaviour()
        self.codes: dict[str, Grant] = {}
        self.tokens: dict[str, Grant] = {}
        self.seen: list[str] = []

    def app(self) -> web.Application:
        made = web.Application(middlewares=[self._misbehave])
        made.add_routes(
            [
                web.get("/.well-known/openid-configuration", self.discovery),
                web.get("/oauth/discovery/keys", self.keys),
                web.get("/oauth/authorize", self.authorize),
                web.post("/oauth/authorize", self.consent),
                web.post("/oauth/token", self.token),
                web.get("/oauth/userinfo", self.userinfo),
                web.get("/api/v1/me", self.me),
                web.get("/api/external/check", self.check),
                web.get("/verifications/new", self.verifications),
                web.post("/_identity/set", self.set),
                web.post("/_identity/reset", self.reset),
                web.get("/_identity/seen", self.tell_seen),
            ]
        )
        return made

    @web.middleware
    async def _misbehave(self, request: web.Request, handler: Any) -> web.StreamResponse:
        name = request.path.rpartition("/")[2]
        if request.path.startswith("/_identity/"):
            return await handler(request)
        self.seen.append(f"{request.method} {request.path}")
        await asyncio.sleep(self.behaviour.slow.get(name, 0))
        if name in self.behaviour.down:
            return web.Response(status=503, text="<html>down</html>", content_type="text/html")
        if name in self.behaviour.broken:
            return web.Response(text="<html>odd</html>", content_type="text/html")
        return await handler(request)

    async def discovery(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/oauth/authorize",
                "token_endpoint": f"{self.issuer}/oauth/token",
                "userinfo_endpoint": f"{self.issuer}/oauth/userinfo",
                "jwks_uri": f"{self.issuer}/oauth/discovery/keys",
                "scopes_supported": ["openid", "profile", "phone", "birthdate"],
                "response_types_supported": ["code"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def keys(self, _request: web.Request) -> web.Response:
        return web.json_response(KeySet(self.published).as_dict(private=False))

    async def authorize(self, request: web.Request) -> web.Response:
        asked = request.query
        if asked.get("client_id") != CLIENT_ID:
            raise web.HTTPBadRequest(text="unknown client")
        if not asked.get("redirect_uri", "").endswith(CALLBACK):
            raise web.HTTPBadRequest(text="unknown redirect address")
        if asked.get("response_type") != "code" or "openid" not in asked.get("scope", "").split():
            raise web.HTTPBadRequest(text="ask for a code, with the scope openid")
        if self.behaviour.shows_consent:
            name = str(self.behaviour.person.get("name"))
            page = CONSENT.format(name=name, action=request.path_qs.replace("&", "&amp;"))
            return web.Response(text=page, content_type="text/html")
        return self._send_back(request)

    async def consent(self, request: web.Request) -> web.Response:
        answer = (await request.post()).get("answer")
        return self._send_back(request, None if answer == "yes" else "access_denied")

    def _send_back(self, request: web.Request, error: str | None = None) -> web.Response:
        asked = request.query
        error = error or self.behaviour.error
        told: dict[str, str] = {"state": asked.get("state", "")}
        if error:
            told |= {"error": error, "error_description": "The resource owner said no."}
        elif not self.behaviour.leaves_out_code:
            told["code"] = secrets.token_urlsafe(32)
            self.codes[told["code"]] = Grant(
                dict(self.behaviour.person),
                asked["redirect_uri"],
                asked.get("nonce"),
                asked.get("code_challenge"),
            )
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode(told)}")

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if not _is_our_client(request.headers.get("Authorization", ""), form):
            return web.json_response({"error": "invalid_client"}, status=401)
        grant = self.codes.pop(str(form.get("code")), None)
        if (
            form.get("grant_type") != "authorization_code"
            or grant is None
            or form.get("redirect_uri") != grant.redirect_uri
            or not _proves(str(form.get("code_verifier", "")), grant.challenge)
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        access_token = f"idntk.{secrets.token_urlsafe(24)}"
        self.tokens[access_token] = grant
        told = {"access_token": access_token, "token_type": "Bearer", "expires_in": 15778800}
        if not self.behaviour.leaves_out_id_token:
            told["id_token"] = self._sign(self._claims(grant))
        return web.json_response({**told, "refresh_token": "idnrf.never-kept"})

    def _claims(self, grant: Grant) -> dict[str, Any]:
        now = int(time.time())
        own = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + ID_TOKEN_S}
        return _merged({**own, **grant.person, "nonce": grant.nonce}, self.behaviour.claims)

    def _sign(self, claims: dict[str, Any]) -> str:
        kind = self.behaviour.signing
        if kind == "none":
            parts = ({"alg": "none", "typ": "JWT"}, claims)
            return ".".join(_base64(json.dumps(part).encode()) for part in parts) + "."
        if kind == "hs256":  # the public key as the secret: the old confusion
            parts = ({"alg": "HS256", "kid": "first"}, claims)
            signed = ".".join(_base64(json.dumps(part).encode()) for part in parts)
            shared = self.key.as_pem(private=False)
            digest = hmac.new(shared, signed.encode(), hashlib.sha256).digest()
            return f"{signed}.{_base64(digest)}"
        key, kid = self.key, "first"
        if kind in ("wrong_key", "unknown_kid"):
            key, kid = self.other_key, ("first" if kind == "wrong_key" else "third")
        elif kind == "rotated":
            key, kid = self.other_key, "second"
            self.published = [self.key, self.other_key]
        return jwt.encode({"alg": "RS256", "kid": kid}, claims, key)

    async def userinfo(self, request: web.Request) -> web.Response:
        grant = self._bearer(request)
        return web.json_response(_merged(grant.person, self.behaviour.userinfo))

    async def me(self, request: web.Request) -> web.Response:
        """As the real one: blank values are absent, and `false` counts as blank."""
        person = self._bearer(request).person
        names = {"id": "sub", "primary_email": "email", "slack_id": "slack_id"}
        named = {name: person.get(claim) for name, claim in names.items()}
        flags = {name: person.get(name) for name in ("verification_status", "ysws_eligible")}
        shown = {name: value for name, value in {**named, **flags}.items() if value}
        return web.json_response({"identity": shown, "scopes": ["email", "slack_id"]})

    def _bearer(self, request: web.Request) -> Grant:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            raise web.HTTPUnauthorized(text='{"error":"invalid_auth"}')
        return self.tokens[token]

    async def check(self, request: web.Request) -> web.Response:
        subject = request.query.get("idv_id", "")
        return web.json_response({"result": self.behaviour.checks.get(subject, "not_found")})

    async def verifications(self, _request: web.Request) -> web.Response:
        return web.Response(text="<h1>Verify yourself (test)</h1>", content_type="text/html")

    async def set(self, request: web.Request) -> web.Response:
        for name, value in (await request.json()).items():
            assert hasattr(self.behaviour, name), name
            setattr(self.behaviour, name, value)
        return web.json_response({})

    async def reset(self, _request: web.Request) -> web.Response:
        self.behaviour, self.published = Behaviour(), [self.key]
        self.codes.clear()
        self.seen.clear()
        return web.json_response({})

    async def tell_seen(self, _request: web.Request) -> web.Response:
        return web.json_response(self.seen)


def _is_our_client(authorization: str, form: Any) -> bool:
    basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    in_body = (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
    return authorization == f"Basic {basic}" or in_body


def _proves(verifier: str, challenge: str | None) -> bool:
    """The real one knows no PKCE; here a challenge that was sent must be met."""
    return challenge in (None, _base64(hashlib.sha256(verifier.encode()).digest()))


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _merged(claims: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = {**claims, **over}
    return {name: value for name, value in merged.items() if value is not None}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    server = IdentityServer(f"http://127.0.0.1:{port}")
    web.run_app(server.app(), host="127.0.0.1", port=port, print=None)
