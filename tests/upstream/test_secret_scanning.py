"""Only what GitHub has signed is GitHub's, and nobody makes us ask it for keys all the time."""

from collections.abc import AsyncIterator, Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from hcai_app.errors import NotAuthenticated, Unavailable
from hcai_app.upstream.github import secret_scanning
from hcai_app.upstream.github.secret_scanning import SecretScanning
from tests.harness.github import GitHub

BODY = b'[{"token": "sk-hc-v1-1"}]'


@pytest.fixture
def github() -> Iterator[GitHub]:
    served = GitHub()
    yield served
    served.close()


@pytest.fixture
async def scanning(github: GitHub) -> AsyncIterator[SecretScanning]:
    made = SecretScanning(github.url)
    yield made
    await made.close()


async def check(scanning: SecretScanning, headers: dict[str, str], body: bytes = BODY) -> None:
    await scanning.check(
        headers["Github-Public-Key-Identifier"], headers["Github-Public-Key-Signature"], body
    )


async def test_what_github_has_signed_passes_and_its_keys_are_kept(
    github: GitHub, scanning: SecretScanning
) -> None:
    for _ in range(3):
        await check(scanning, github.headers(BODY))
    assert github.asked == 1
    github.status = 500  # it goes on without GitHub
    await check(scanning, github.headers(BODY))


async def test_what_anybody_else_has_signed_does_not(
    github: GitHub, scanning: SecretScanning
) -> None:
    good, other = github.headers(BODY), GitHub()
    other.close()
    signature = good["Github-Public-Key-Signature"]
    for forged, body in (
        (good, BODY + b" "),
        (other.headers(BODY), BODY),  # by a key of the same name
        ({**good, "Github-Public-Key-Signature": signature[:-8]}, BODY),
        ({**good, "Github-Public-Key-Signature": "?"}, BODY),
        ({**good, "Github-Public-Key-Signature": ""}, BODY),
        ({**good, "Github-Public-Key-Signature": "A" * 100_000}, BODY),
        ({**good, "Github-Public-Key-Identifier": "unknown"}, BODY),
        ({**good, "Github-Public-Key-Identifier": ""}, BODY),
    ):
        with pytest.raises(NotAuthenticated):
            await check(scanning, forged, body)
    assert github.asked <= 2


async def test_a_key_that_is_new_at_github_is_looked_for_once_a_minute(
    github: GitHub, scanning: SecretScanning, monkeypatch: pytest.MonkeyPatch
) -> None:
    await check(scanning, github.headers(BODY))
    github.add("second")
    await check(scanning, github.headers(BODY, "second"))
    assert github.asked == 2
    github.add("third")
    for _ in range(20):
        with pytest.raises(NotAuthenticated):
            await check(scanning, github.headers(BODY, "third"))
    assert github.asked == 2
    monkeypatch.setattr(secret_scanning, "AGAIN_S", 0)
    await check(scanning, github.headers(BODY, "third"))


async def test_a_key_on_another_curve_is_none(github: GitHub, scanning: SecretScanning) -> None:
    github.add("long", ec.SECP384R1())
    with pytest.raises(NotAuthenticated):
        await check(scanning, github.headers(BODY, "long"))


async def test_while_github_is_away_from_the_start_nobody_can_tell(
    github: GitHub, scanning: SecretScanning
) -> None:
    github.status = 503
    for _ in range(5):
        with pytest.raises(Unavailable):
            await check(scanning, github.headers(BODY))
    assert github.asked == 1  # and GitHub is left in peace
