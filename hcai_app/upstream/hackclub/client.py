"""OpenID Connect client for Hack Club Auth, or another OpenID provider.

Authlib writes the questions and checks the answers; httpx carries them, as it does all rare calls
(Authlib's own client is httpx2's where that is installed and httpx's elsewhere). No token is kept.
"""

import asyncio
import logging
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from hcai_app.errors import UpstreamFailed
from hcai_app.loose_json import members_of, read_json
from hcai_app.refreshed import Refreshed, Stale
from hcai_app.services.people.identity import Identity, Reason, SignInRefused
from hcai_app.settings import Settings
from hcai_app.upstream.hackclub import id_tokens
from hcai_app.upstream.hackclub.id_tokens import Expected, UnknownKeyError, UntrustedError
from hcai_app.upstream.rare_calls import open_client

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

log = logging.getLogger(__name__)

SCOPE = "openid profile email slack_id verification_status"
CALLBACK = "/auth/callback"
DISCOVERY = "/.well-known/openid-configuration"
CHECK = "/api/external/check"
TIMEOUT_S = 5.0
# Discovery and keys are asked for again after so long; an old copy serves while that fails.
FRESH_S = 3600.0
OK, BAD_REQUEST, UNAUTHORIZED = 200, 400, 401
MAX_TEXT = 320
# What userinfo is asked for when the id token lacks one.
WANTED = ("name", "email", "slack_id", "verification_status")
AWAY = "The sign-in provider does not answer; try again in a moment."
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")

T = TypeVar("T")


def provider_of(settings: Settings) -> "HackClub | None":
    """Return the settings' provider; None without an OAuth client, as development may be."""
    if settings.hackclub_client_id is None:
        return None
    secret = settings.hackclub_client_secret
    return HackClub(
        settings.hackclub_issuer,
        settings.hackclub_client_id,
        secret.get_secret_value() if secret else "",
        settings.origin + CALLBACK,
    )


class HackClub:
    """One OAuth client at the provider."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, redirect_uri: str) -> None:
        self.issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._auth = httpx.BasicAuth(client_id, client_secret)
        self._redirect_uri = redirect_uri
        self._http = open_client(timeout=TIMEOUT_S)
        self._discovery = Refreshed(
            "sign-in provider's discovery",
            self._fetch_discovery,
            fresh_s=FRESH_S,
            stale=Stale.ON_FAILURE,
        )
        self._keys = Refreshed(
            "sign-in provider's keys", self._fetch_keys, fresh_s=FRESH_S, stale=Stale.ON_FAILURE
        )

    async def authorization_url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Return where a browser is sent to sign in.

        Raises:
            UpstreamFailed: When the provider does not answer.
        """
        endpoint = (await self.discovery())["authorization_endpoint"]
        url, _state = self._questions().create_authorization_url(
            endpoint, state=state, code_verifier=verifier, nonce=nonce
        )
        return url

    async def identify(self, code: str, *, nonce: str, verifier: str) -> Identity:
        """Return who came back with a code.

        Raises:
            SignInRefused: When the code or what the provider says cannot be trusted.
            UpstreamFailed: When the provider does not answer.
        """
        tokens = await self._exchange(code, verifier)
        access_token = str(tokens.get("access_token", ""))
        issuer = (await self.discovery())["issuer"]
        expected = Expected(issuer, self._client_id, nonce, access_token)
        try:
            claims = await self._validate(str(tokens.get("id_token", "")), expected)
            return _identity(await self._completed(claims, access_token))
        except (UntrustedError, UnknownKeyError) as error:
            log.warning("a sign-in cannot be trusted: %s", error or type(error).__name__)
            raise SignInRefused(Reason.FAILED) from error

    async def discovery(self) -> dict[str, Any]:
        """Return what the provider says of itself.

        Raises:
            UpstreamFailed: When it does not answer, or speaks for another issuer.
        """
        return _known(await self._discovery.find())

    async def check(self, subject: str) -> str:
        """Return what the provider's public check says of somebody's eligibility.

        Raises:
            UpstreamFailed: When it does not answer.
        """
        told = await self._get(self.issuer + CHECK, params={"idv_id": subject})
        return str(told.get("result", ""))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def _questions(self) -> Any:
        from authlib.oauth2.client import OAuth2Client  # noqa: PLC0415 - see `id_tokens`

        return OAuth2Client(
            None,
            client_id=self._client_id,
            redirect_uri=self._redirect_uri,
            scope=SCOPE,
            code_challenge_method="S256",
        )

    async def _exchange(self, code: str, verifier: str) -> dict[str, Any]:
        endpoint = (await self.discovery())["token_endpoint"]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }
        answer = await self._send("POST", endpoint, data=form, auth=self._auth)
        if answer.status_code in (BAD_REQUEST, UNAUTHORIZED):
            error = str(members_of(read_json(answer.content)).get("error"))[:40]
            log.warning("the sign-in provider took no code: %r", error)
            is_stale = error == "invalid_grant"
            raise SignInRefused(Reason.EXPIRED if is_stale else Reason.FAILED)
        return _object_in(answer)

    async def _validate(self, token: str, expected: Expected) -> dict[str, Any]:
        try:
            return id_tokens.validate(token, _known(await self._keys.find()), expected)
        except UnknownKeyError:
            return id_tokens.validate(token, _known(await self._keys.renew()), expected)

    async def _fetch_discovery(self) -> dict[str, Any]:
        found = await self._get(self.issuer + DISCOVERY)
        if str(found["issuer"]).rstrip("/") != self.issuer:
            raise UpstreamFailed("The discovery is another issuer's.")
        for name in ENDPOINTS:
            httpx.URL(found[name])
        return found

    async def _fetch_keys(self) -> "KeySet":
        return id_tokens.read_keys(await self._get((await self.discovery())["jwks_uri"]))

    async def _completed(self, claims: dict[str, Any], access_token: str) -> dict[str, Any]:
        """Add what the id token left out, from userinfo about the same person."""
        endpoint = (await self.discovery()).get("userinfo_endpoint")
        if not endpoint or all(claims.get(name) is not None for name in WANTED):
            return claims
        bearer = {"Authorization": f"Bearer {access_token}"}
        more = await self._get(endpoint, headers=bearer)
        if more.get("sub") != claims["sub"]:
            raise UntrustedError("userinfo is about somebody else")
        return {**more, **claims}

    async def _get(self, address: str, **request: Any) -> dict[str, Any]:
        return _object_in(await self._send("GET", address, **request))

    async def _send(self, method: str, address: str, **request: Any) -> httpx.Response:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._http.request(method, address, **request)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            log.warning("the sign-in provider does not answer: %s", type(error).__name__)
            raise UpstreamFailed(AWAY) from error


def _known(value: T | None) -> T:
    if value is None:
        raise UpstreamFailed(AWAY)
    return value


def _object_in(answer: httpx.Response) -> dict[str, Any]:
    told = members_of(read_json(answer.content)) if answer.status_code == OK else {}
    if not told:
        log.warning("the sign-in provider answered %d with no object", answer.status_code)
        raise UpstreamFailed(AWAY)
    return told


def _identity(claims: dict[str, Any]) -> Identity:
    subject = _text(claims, "sub")
    if subject is None or subject != claims["sub"]:
        raise UntrustedError("the subject is no plain text")
    eligible = claims.get("ysws_eligible")
    return Identity(
        subject=subject,
        name=_text(claims, "name"),
        email=_text(claims, "email"),
        slack_id=_text(claims, "slack_id"),
        verification_status=_text(claims, "verification_status"),
        ysws_eligible=eligible if isinstance(eligible, bool) else None,
    )


def _text(claims: dict[str, Any], name: str) -> str | None:
    """Return a claim as one line of text that a database takes; None for anything else."""
    value = claims.get(name)
    if not isinstance(value, str):
        return None
    printed = "".join(sign for sign in value if sign.isprintable())
    return " ".join(printed.split())[:MAX_TEXT] or None
