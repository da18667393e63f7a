"""Faults of answers in JSON, each asked for by a directive."""

import email.utils
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from hcai_app.simulator.replies import retry_after


async def test_error_page_can_be_html(http: httpx.AsyncClient, ask):
    response = await http.post("/chat/completions", json=ask("status=524 html"))
    assert response.status_code == 524
    assert response.headers["Content-Type"].startswith("text/html")
    assert "<html>" in response.text


async def test_words_of_an_error_can_be_chosen(http: httpx.AsyncClient, ask):
    directive = "status=400 error_type=invalid_prompt message='too odd' error_code=odd"
    error = (await http.post("/chat/completions", json=ask(directive))).json()["error"]
    assert error["code"] == "odd"
    assert error["message"].startswith("too odd")
    assert error["metadata"]["error_type"] == "invalid_prompt"


def test_retry_after_can_be_a_date():
    moment = email.utils.parsedate_to_datetime(retry_after("date+60"))
    assert timedelta(seconds=55) < moment - datetime.now(UTC) <= timedelta(seconds=61)
    assert retry_after("3") == "3"


@pytest.mark.parametrize(
    ("directive", "error"),
    [
        ("cut", httpx.RemoteProtocolError),
        ("cut=after_headers", httpx.RemoteProtocolError),
        ("cut=body", httpx.RemoteProtocolError),
        ("cut reset", httpx.ReadError),
        ("hang", httpx.ReadTimeout),
        ("hang=after_headers", httpx.ReadTimeout),
        ("hang=body", httpx.ReadTimeout),
        ("before=30", httpx.ReadTimeout),
        ("first=30", httpx.ReadTimeout),
        ("between=30", httpx.ReadTimeout),
    ],
)
async def test_connection_fails_as_asked(http: httpx.AsyncClient, ask, directive, error):
    with pytest.raises(error):
        await http.post(
            "/chat/completions", json=ask(directive), timeout=httpx.Timeout(5, read=0.3)
        )


async def test_headers_come_before_the_first_silence(http: httpx.AsyncClient, ask):
    body = ask("first=30", stream=True)
    async with http.stream("POST", "/chat/completions", json=body) as response:
        assert response.status_code == 200
        assert response.headers["X-Generation-Id"]


@pytest.mark.parametrize("form", ["half", "empty", "invalid"])
async def test_body_can_be_broken(http: httpx.AsyncClient, ask, form):
    response = await http.post("/chat/completions", json=ask(f"body={form}"))
    assert response.status_code == 200
    with pytest.raises(ValueError, match=r"line 1"):
        response.json()
    assert (response.content == b"") == (form == "empty")


@pytest.mark.parametrize("directive", ["gzip", "piece=7", "gzip piece=7", "first=0.01"])
async def test_body_survives_harmless_oddities(http: httpx.AsyncClient, ask, directive):
    response = await http.post("/chat/completions", json=ask(directive))
    assert response.json()["choices"]
    assert ("gzip" in directive) == (response.headers.get("Content-Encoding") == "gzip")


async def test_unknown_directive_is_refused_with_the_vocabulary(http: httpx.AsyncClient, ask):
    response = await http.post("/chat/completions", json=ask("explode=1"))
    assert response.status_code == 400
    assert "retry_after" in response.json()["error"]["message"]
