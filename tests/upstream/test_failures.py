import json
from typing import Any

import pytest

from hcai_app.errors import UpstreamFailed, UpstreamRefused
from hcai_app.upstream import failures
from hcai_app.upstream.error_bodies import normalised
from hcai_app.upstream.http_client.errors import BrokenOffError, CannotConnectError, UnseenError

KEPT = [400, 403, 404, 408, 409, 413, 422, 429, 499, 500, 502, 503, 504, 524, 529]


def body(**error: Any) -> bytes:
    return json.dumps({"error": error, "user_id": None}).encode()


@pytest.mark.parametrize("status", KEPT)
def test_the_status_and_the_words_of_the_provider_are_kept(status: int) -> None:
    told = body(code=status, message="what happened", metadata={"provider_name": "P"}, param="x")
    error = failures.from_status(status, {}, told)
    assert error.code == status
    assert error.message == "what happened"
    assert error.metadata == {"provider_name": "P"}
    assert error.param == "x"
    assert isinstance(error, UpstreamRefused) == (status < 500)


@pytest.mark.attack
@pytest.mark.parametrize("status", [400, 403, 429, 500])
@pytest.mark.parametrize("name", ["user_id", "account_id", "organization", "org_id", "key_label"])
def test_the_operators_account_is_not_named(status: int, name: str) -> None:
    metadata = {name: "org-4711", "reasons": ["sexual"], "provider_name": "P"}
    error = failures.from_status(status, {}, body(message="x", code=status, metadata=metadata))
    assert error.metadata == {"reasons": ["sexual"], "provider_name": "P"}
    shown = normalised({"message": "x", "code": status, name: "org-4711", "type": "y"})
    assert shown == {"message": "x", "code": status, "type": "y"}


@pytest.mark.parametrize("status", [401, 402])
def test_trouble_with_our_account_is_our_own(status: int, caplog: pytest.LogCaptureFixture) -> None:
    error = failures.from_status(status, {}, body(code=status, message="Insufficient credits"))
    assert error.code == 502
    assert error.headers["x-should-retry"] == "false"
    assert "credits" not in error.message
    assert error.metadata is None
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]


@pytest.mark.parametrize("code", [401, 402, "401", "402"])
def test_so_is_a_200_that_says_so(code: Any) -> None:
    error = failures.from_error({"code": code, "message": "No auth credentials found"})
    assert error.code == 502
    assert error.headers["x-should-retry"] == "false"
    assert "auth" not in error.message


@pytest.mark.parametrize(("status", "code"), [(302, 502), (100, 502), (600, 502), (999, 502)])
def test_a_status_that_is_no_error_becomes_502(status: int, code: int) -> None:
    assert failures.from_status(status, {}, b"").code == code


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>524: a timeout occurred</html>",
        b"{",
        b"[]",
        b'{"error": null}',
        b"\xff",
        b"[" * 99_999,
    ],
)
def test_an_error_in_no_known_form_still_says_something(answer: bytes) -> None:
    error = failures.from_status(524, {}, answer)
    assert error.code == 524
    assert "524" in error.message
    assert "html" not in error.message


def test_a_text_in_place_of_an_error_object_is_told() -> None:
    assert failures.from_status(400, {}, b'{"error": "bad model"}').message == "bad model"


@pytest.mark.parametrize("given", ["30", "Wed, 21 Oct 2026 07:28:00 GMT"])
@pytest.mark.parametrize("status", [429, 503])
def test_the_time_to_wait_is_handed_on(status: int, given: str) -> None:
    assert failures.from_status(status, {"Retry-After": given}, b"").headers["Retry-After"] == given


def test_a_429_always_says_how_long_to_wait() -> None:
    assert int(failures.from_status(429, {}, b"").headers["Retry-After"]) > 0
    assert int(failures.from_error({"code": 429, "message": "x"}).headers["Retry-After"]) > 0
    assert "Retry-After" not in failures.from_status(500, {}, b"").headers


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"code": 429, "message": "x"}, 429),
        ({"code": "503", "message": "x"}, 503),
        ({"code": "server_error", "message": "x"}, 502),
        ({"code": 200}, 502),
        ({"code": [], "message": {}}, 502),
        ("overloaded", 502),
        (True, 502),
    ],
)
def test_a_200_with_nothing_but_an_error_gets_its_status(error: Any, code: int) -> None:
    failure = failures.from_error(error)
    assert failure.code == code
    assert failure.message


@pytest.mark.parametrize(
    ("exception", "code"),
    [
        (TimeoutError(), 504),
        (CannotConnectError(), 502),
        (BrokenOffError(), 502),
        (UnseenError(), 502),
    ],
)
def test_a_connection_that_fails_is_told_apart(exception: Exception, code: int) -> None:
    failure = failures.from_exception(exception)
    assert type(failure) is UpstreamFailed
    assert failure.code == code
