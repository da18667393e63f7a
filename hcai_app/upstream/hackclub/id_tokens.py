"""ID token validation: signature, issuer, audience, nonce, expiry.

Authlib checks the claims and joserfc the signature; only RS256, which is all the provider uses, so
that no token chooses another way of being believed. Both are loaded when somebody signs in.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hcai_app import clock
from hcai_app.loose_json import items_of, members_of

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

ALGORITHMS = ["RS256"]
# How far the provider's clock may be from ours.
LEEWAY_S = 30


class UnknownKeyError(Exception):
    """The token names a signing key that is not known: the provider may have a new one."""


class UntrustedError(Exception):
    """The token is not to be believed; the message says why, without anything of the token."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str


def read_keys(body: dict[str, Any]) -> "KeySet":
    """Return the provider's signing keys.

    Raises:
        UntrustedError: When there is none of the one kind that is used.
    """
    from joserfc.errors import JoseError  # noqa: PLC0415 - cryptography, 10 MB that calls never need
    from joserfc.jwk import KeySet  # noqa: PLC0415 - as above

    published = [members_of(key) for key in items_of(body.get("keys"))]
    keys = [key for key in published if key.get("kty") == "RSA"]
    if not keys:
        raise UntrustedError("no RSA key is published")
    try:
        return KeySet.import_key_set({"keys": keys})
    except (JoseError, ValueError, TypeError) as error:
        raise UntrustedError("a published key cannot be read") from error


def validate(token: str, keys: "KeySet", expected: Expected) -> dict[str, Any]:
    """Return the claims of a token that can be trusted.

    Raises:
        UnknownKeyError: When none of the keys is the one it names.
        UntrustedError: When it cannot be trusted.
    """
    from authlib.oidc.core import CodeIDToken  # noqa: PLC0415 - as above
    from joserfc import jwt  # noqa: PLC0415 - as above
    from joserfc.errors import InvalidKeyIdError, JoseError  # noqa: PLC0415 - as above

    try:
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        claims: dict[str, Any] = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": expected.issuer},
                "sub": {"essential": True},
                "aud": {"essential": True, "value": expected.client_id},
            },
            {
                "nonce": expected.nonce,
                "client_id": expected.client_id,
                "access_token": expected.access_token,
            },
        )
        claims.validate(now=clock.now_ms() // 1000, leeway=LEEWAY_S)  # pyright: ignore
    except InvalidKeyIdError as error:
        raise UnknownKeyError from error
    except JoseError as error:
        raise UntrustedError(str(error)) from error
    except (ValueError, TypeError, KeyError) as error:  # no token at all
        raise UntrustedError(type(error).__name__) from error
    return dict(claims)
