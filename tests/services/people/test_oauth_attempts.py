"""What a browser keeps between leaving for the provider and coming back."""

from urllib.parse import quote, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hcai_app import clock
from hcai_app.services.people.identity import SignInRefused
from hcai_app.services.people.oauth_attempts import HOME, LIFETIME_S, Attempts, local_path

ORIGIN = "https://ai.example.org"
SECRET = "a secret of the tests, long enough for it"
TRICKS = st.lists(
    st.sampled_from(
        ["/", "\\", ".", "..", "evil.example", "%2f", "%5c", "%09", "\t", "@", ":", "?"]
    )
).map("".join)


@given(st.text() | TRICKS | TRICKS.map(lambda text: "/" + quote(text)))
@example("/\\/evil.example")
@example("/%2F%2Fevil.example")
def test_every_target_stays_on_our_origin(target: str) -> None:
    path = local_path(target)
    there = urlsplit(urljoin(ORIGIN + "/auth/callback", path))
    assert (there.scheme, there.netloc) == ("https", "ai.example.org")
    assert path.isascii()
    assert path.isprintable()
    assert not path.startswith(("//", "/\\", "/auth"))
    assert "\\" not in path


@given(st.from_regex(r"/[a-z][a-z0-9-]{0,20}(\?[a-z]=[a-z%0-9]{0,5})?", fullmatch=True))
def test_a_plain_path_of_ours_is_kept(path: str) -> None:
    assert local_path(path) == path or "%" in path or path.startswith("/auth")


def test_a_sign_in_ends_after_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = Attempts(SECRET)
    attempt, cookie = attempts.begin("/keys")
    later = clock.now_ms() + (LIFETIME_S + 2) * 1000
    monkeypatch.setattr(clock, "now_ms", lambda: later)
    with pytest.raises(SignInRefused):
        attempts.end(cookie, attempt.state)


def test_a_sign_in_of_another_server_is_none_here() -> None:
    attempt, cookie = Attempts("another secret, as long as it must be").begin(None)
    with pytest.raises(SignInRefused):
        Attempts(SECRET).end(cookie, attempt.state)


def test_a_sign_in_is_good_once_and_a_wrong_guess_does_not_use_it_up() -> None:
    attempts = Attempts(SECRET)
    attempt, cookie = attempts.begin(None)
    for state in ("", None, attempt.state[:-1], "é"):
        with pytest.raises(SignInRefused):
            attempts.end(cookie, state)
    assert attempts.end(cookie, attempt.state) == attempt
    assert attempt.target == HOME
    with pytest.raises(SignInRefused):
        attempts.end(cookie, attempt.state)


def test_the_cookie_shows_nothing_of_what_it_holds() -> None:
    attempt, cookie = Attempts(SECRET).begin("/keys")
    assert all(part not in cookie for part in (attempt.state, attempt.nonce, attempt.verifier))
