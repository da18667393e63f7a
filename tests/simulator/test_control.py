"""Scripts over HTTP, and what the simulator reports of the calls it saw."""

import httpx
import pytest

from hcai_app.simulator.calls import MAX_DETAILED, Call, CallLog


async def test_scripted_scenario_applies_a_number_of_times(http, control, ask):
    await control.post("/script", json={"scenario": {"status": 503}, "times": 2})
    statuses = [(await http.post("/chat/completions", json=ask())).status_code for _ in range(3)]
    assert statuses == [503, 503, 200]


async def test_scripted_scenario_lasts_until_the_reset(http, control, ask):
    await control.post("/script", json={"scenario": {"say": "KIWI"}})
    for _ in range(3):
        assert "KIWI" in (await http.post("/chat/completions", json=ask())).text
    await control.post("/reset")
    assert "KIWI" not in (await http.post("/chat/completions", json=ask())).text


async def test_directive_in_the_prompt_comes_on_top_of_the_script(http, control, ask):
    await control.post("/script", json={"scenario": {"say": "KIWI"}})
    text = (await http.post("/chat/completions", json=ask("finish=content_filter"))).text
    assert "KIWI" in text
    assert "content_filter" in text


async def test_script_may_be_for_one_path(http, control, ask):
    await control.post("/script", json={"scenario": {"status": 500}, "path": "/embeddings"})
    assert (await http.post("/chat/completions", json=ask())).status_code == 200
    body = {"model": "qwen/qwen3-embedding-8b", "input": "x"}
    assert (await http.post("/embeddings", json=body)).status_code == 500


@pytest.mark.parametrize(
    "order",
    [{"scenario": {"explode": 1}}, {"scenario": {"cut": "leg"}}, {"often": 3}, {"times": "x"}, []],
)
async def test_wrong_script_is_refused(control: httpx.AsyncClient, order):
    assert (await control.post("/script", json=order)).status_code == 400


async def test_calls_show_what_was_received(http, control, ask):
    answer = await http.post("/chat/completions", json=ask(user="me"), headers={"X-Mark": "7"})
    (call,) = (await control.get("/calls")).json()
    assert call["id"] == answer.json()["id"]
    assert call["path"] == "/api/v1/chat/completions"
    assert call["headers"]["X-Mark"] == "7"
    assert '"user":"me"' in call["body"].replace(" ", "")
    assert (call["status"], call["streamed"], call["cancelled"]) == (200, False, False)
    assert call["cost"] == answer.json()["usage"]["cost"]
    assert call["started_at"] <= call["finished_at"]


@pytest.mark.parametrize(("directive", "status"), [("cut", None), ("cut=after_headers", 200)])
async def test_status_is_what_was_sent_before_a_cut(http, control, ask, directive, status):
    with pytest.raises(httpx.RemoteProtocolError):
        await http.post("/chat/completions", json=ask(directive))
    (call,) = (await control.get("/calls")).json()
    assert (call["status"], call["cancelled"]) == (status, False)


async def test_summary_and_count_are_brief(http, control, ask):
    for directive in ("", "status=429"):
        await http.post("/chat/completions", json=ask(directive))
    good, bad = (await control.get("/calls?summary=1")).json()
    assert "headers" not in good
    assert (good["status"], bad["status"], bad["cost"]) == (200, 429, 0)
    count = (await control.get("/count")).json()
    assert (count["count"], count["running"], count["cancelled"]) == (2, 0, 0)
    assert count["cost"] == good["cost"]


async def test_requests_of_any_kind_are_listed(http, control):
    await http.get("/models?limit=3")
    (seen,) = (await control.get("/requests")).json()
    assert (seen["method"], seen["path"]) == ("GET", "/api/v1/models?limit=3")


async def test_reset_forgets_the_calls(http, control, ask):
    await http.post("/chat/completions", json=ask())
    await control.post("/reset")
    assert (await control.get("/calls")).json() == []
    assert (await control.get("/count")).json()["count"] == 0


def test_only_the_latest_calls_keep_their_bodies():
    log = CallLog()
    for _ in range(MAX_DETAILED + 1):
        log.add(Call("/x", "completions", headers={}, body="x"))
    kept = [call.body for call in log]
    assert kept[0] is None
    assert kept.count("x") == MAX_DETAILED


def test_oldest_call_goes_when_there_is_no_room(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hcai_app.simulator.calls.MAX_CALLS", 3)
    log = CallLog()
    ids = [call.id for call in (Call("/x", "completions") for _ in range(5)) if not log.add(call)]
    assert [call.id for call in log] == ids[2:]
    assert log.count == 5
