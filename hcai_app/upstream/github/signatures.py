"""GitHub's signatures: ECDSA on P-256, in DER. Loaded with the first message alone: 8 MB."""

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key


def read_key(pem: str) -> EllipticCurvePublicKey | None:
    """Return a published key; None for one that is not on P-256."""
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        return None
    return key


def has_signed(key: EllipticCurvePublicKey, signature: bytes, body: bytes) -> bool:
    """Return whether a signature is a key's, of this body."""
    try:
        key.verify(signature, body, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
