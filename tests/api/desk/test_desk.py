"""The desk's pages and acts, as an admin has them."""

import asyncio
import json
import re
import time
from contextlib import suppress
from typing import Any

import httpx
import pytest

from hcai_app.api.desk import desk
from hcai_app.db.engine import Database
from hcai_app.errors import NotFound
from hcai_app.services.fairuse import appeals, rules
from hcai_app.services.safety import reports
from hcai_app.services.usage import now, refusals
from tests.api.desk.conftest import ADMIN
from tests.harness.product import CHANGED_S, Product
from tests.harness.visitor import sign_in

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def find(admin: httpx.Client, text: str, **headers: str) -> str:
    answer = admin.post("/admin/people", data={"q": text}, headers=headers)
    assert answer.status_code == 200
    return answer.text


def path_of(admin: httpx.Client, slack_id: str) -> str:
    return re.findall(r'href="(/admin/people/usr_\w+)"', find(admin, slack_id))[0]


def do(admin: httpx.Client, act: str, back: str = "/admin", **form: str) -> str:
    """Act, and return the page that is shown next."""
    answer = admin.post(f"/admin/acts/{act}", data={"back": back, **form})
    assert (answer.status_code, answer.headers["location"]) == (303, back)
    shown = admin.get(back)
    assert shown.status_code == 200
    assert "said" not in admin.get(back).text  # it is said once
    return shown.text


def log_of(product: Product, slack_id: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in product.cli("audit", "--user", slack_id).splitlines()]


def user_id_of(product: Product, slack_id: str) -> str:
    return json.loads(product.cli("users", "show", slack_id))["id"]


@pytest.mark.parametrize(
    "path", ["/admin", "/admin/", "/admin/people", "/admin/rules", "/admin/site", "/admin/log"]
)
def test_every_page_is_there_for_an_admin(admin: httpx.Client, path: str) -> None:
    answer = admin.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "<h1>" in answer.text
    assert "style=" not in answer.text
    assert admin.head(path).status_code == 200


def test_unknown_pages_and_acts_of_the_desk_say_so_to_admins(admin: httpx.Client) -> None:
    for answer in (
        admin.get("/admin/dance"),
        admin.get("/admin/people/usr_nobody"),
        admin.post("/admin/acts/dance", data={"x": "1"}),
        admin.post("/admin/log", data={"x": "1"}),
    ):
        assert answer.status_code == 404
        assert "That did not work" in answer.text


def test_a_person_is_found_by_whatever_is_known_of_them(
    product: Product, admin: httpx.Client, person: str
) -> None:
    key = product.cli("keys", "create", "--user", person, "--name", "laptop")
    answer = product.chat(key)
    user_id = user_id_of(product, person)
    key_id = json.loads(product.cli("keys", "list", "--user", person))["id"]
    for text in (
        person,
        user_id,
        f"ada {person.lower()}",
        key,
        f"{key[:13]}…{key[-4:]}",
        key_id,
        answer.headers["x-request-id"],
    ):
        found = find(admin, f" {text} ")
        assert f'href="/admin/people/{user_id}"' in found, text
        assert key not in found
        assert user_id in find(admin, text, **{"X-Part": "1"})
    assert "Nobody" in find(admin, "UNOBODY%")
    assert "Nobody" in find(admin, "a" * 32)


def test_what_people_are_called_is_text(product: Product, admin: httpx.Client) -> None:
    name = "<script>alert(1)</script>"
    product.cli("users", "create", "--slack-id", "UXSS", "--name", name)
    for page in (find(admin, "UXSS"), admin.get(path_of(admin, "UXSS")).text):
        assert name not in page
        assert "&lt;script&gt;alert(1)" in page
    assert '"><b>' not in find(admin, '"><b>')


def test_a_ban_ends_calls_and_an_unban_lets_in_again(
    product: Product, admin: httpx.Client, person: str
) -> None:
    key = product.cli("keys", "create", "--user", person, "--name", "laptop")
    back = path_of(admin, person)
    user_id = user_id_of(product, person)
    assert "Banned" in do(admin, "ban", back, user=user_id, reason="sold their key")
    assert "sold their key" in admin.get(back).text
    product.change("users", "show", person)
    refused = product.chat(key)
    assert refused.status_code == 403
    assert "sold their key" in refused.text
    do(admin, "unban", back, user=user_id)
    product.change("users", "show", person)
    assert product.chat(key).status_code == 200
    acts = log_of(product, person)[-2:]
    assert [(act["act"], act["reason"]) for act in acts] == [
        ("users.ban", "sold their key"),
        ("users.unban", None),
    ]
    assert {act["actor"] for act in acts} == {user_id_of(product, ADMIN)}


def test_budget_exemption_and_key_are_the_command_lines(
    product: Product, admin: httpx.Client, person: str
) -> None:
    key = product.cli("keys", "create", "--user", person, "--name", "laptop")
    key_id = json.loads(product.cli("keys", "list", "--user", person))["id"]
    user_id, back = user_id_of(product, person), path_of(admin, person)
    assert "$7.5" in do(admin, "budget", back, user=user_id, usd="7.5")
    assert float(json.loads(product.cli("users", "show", person))["budget_usd"]) == 7.5
    do(admin, "exempt", back, user=user_id, until="2099-01-31", reason="builds one for class")
    (exemption,) = re.findall(r'name="exemption" value="(exm_\w+)"', admin.get(back).text)
    assert "builds one for class" in admin.get("/admin/rules").text
    assert exemption in product.cli("fairuse", "exemptions")
    do(admin, "end-exemption", "/admin/rules", exemption=exemption)
    assert exemption not in product.cli("fairuse", "exemptions")
    do(admin, "revoke-key", back, key=key_id)
    product.change("users", "show", person)
    assert product.chat(key).status_code == 401
    assert [act["act"] for act in log_of(product, person)][-4:] == [
        "users.budget",
        "fairuse.exempt",
        "fairuse.end",
        "keys.revoke",
    ]


def test_a_grant_a_key_that_is_off_and_a_ban_for_a_time(
    product: Product, admin: httpx.Client, person: str
) -> None:
    key = product.cli("keys", "create", "--user", person, "--name", "laptop")
    key_id = json.loads(product.cli("keys", "list", "--user", person))["id"]
    user_id, back = user_id_of(product, person), path_of(admin, person)
    do(admin, "grant", back, user=user_id, usd="20", until="2099-01-31", reason="a hackathon")
    assert "$20 a day (granted)" in admin.get(back).text
    do(admin, "switch-key", back, key=key_id, on="no")
    time.sleep(CHANGED_S)
    assert "switched off" in product.chat(key).text
    do(admin, "switch-key", back, key=key_id, on="yes")
    do(admin, "ban", back, user=user_id, until="2099-01-31T18:00", reason="spam")
    assert (
        json.loads(product.cli("users", "show", person))["banned_until"] == "2099-01-31T18:00:00Z"
    )
    assert [act["act"] for act in log_of(product, person)][-4:] == [
        "users.grant",
        "keys.set",
        "keys.set",
        "users.ban",
    ]


def test_an_admins_word_stands_beside_the_providers(
    product: Product, admin: httpx.Client, person: str
) -> None:
    user_id, back = user_id_of(product, person), path_of(admin, person)
    do(admin, "vouch", back, user=user_id, reason="met them at a hackathon")
    shown = json.loads(product.cli("users", "show", person))
    assert (shown["is_verified"], shown["is_vouched"]) == (True, True)
    do(admin, "unvouch", back, user=user_id, reason="mistaken")
    assert json.loads(product.cli("users", "show", person))["is_verified"] is False
    assert [act["act"] for act in log_of(product, person)][-2:] == ["users.vouch", "users.unvouch"]


def test_a_report_is_closed_with_a_word(product: Product, admin: httpx.Client) -> None:
    with sign_in(product) as student:
        key = student.post("/api/keys", json={"name": "laptop"}).json()["key"]
    call_id = product.chat(key).headers["x-request-id"]
    settings = product.settings
    user_id = json.loads(product.cli("users", "show", "UDEVELOP"))["id"]
    asyncio.run(report(settings["DATABASE_URL"], user_id, call_id))
    assert call_id in admin.get("/admin/reports").text
    assert "1 open reports" in admin.get("/admin/now").text
    do(admin, "close-report", "/admin/reports", call=call_id, reason="talked to them")
    closed = json.loads(product.cli("audit").splitlines()[-1])
    assert (closed["act"], closed["target"]) == ("safety.close", call_id)
    assert "open reports" not in admin.get("/admin/now").text


def test_an_appeal_is_answered_with_a_word(
    product: Product, admin: httpx.Client, person: str
) -> None:
    key = product.cli("keys", "create", "--user", person, "--name", "laptop")
    asked = {"model": "qwen/qwen3-32b", "messages": [{"role": "user", "content": "hi"}]}
    agent = {"User-Agent": "Cline/3.1"}
    refused = product.post("/chat/completions", key, json=asked, headers=agent)
    call_id, user_id = refused.headers["x-request-id"], user_id_of(product, person)
    assert refused.json()["error"]["metadata"]["appeal_url"].endswith(f"/why/{call_id}")
    asyncio.run(appeal(product.settings["DATABASE_URL"], user_id, call_id))
    page = admin.get("/admin/reports").text
    assert call_id in page
    assert "I wrote this program myself" in page
    assert "1 open appeals" in admin.get("/admin/now").text
    assert json.loads(product.cli("fairuse", "appeals"))["request_id"] == call_id
    form = {"call": call_id, "verdict": "refused", "reason": "It is Cline."}
    assert "They read your answer" in do(admin, "answer-appeal", "/admin/reports", **form)
    act = log_of(product, person)[-1]
    assert (act["act"], act["target"], act["reason"]) == ("fairuse.answer", call_id, "It is Cline.")
    assert product.cli("fairuse", "appeals") == ""
    assert json.loads(product.cli("fairuse", "appeals", "--all"))["is_accepted"] is False
    assert "no open appeal" in do(admin, "answer-appeal", "/admin/reports", **form)


async def appeal(url: str, user_id: str, call_id: str) -> None:
    database = Database(url)
    async with asyncio.timeout(10):
        while True:
            with suppress(NotFound):  # it is written within a second
                refused = await refusals.one(database, user_id, call_id)
                break
            await asyncio.sleep(0.1)
    await appeals.appeal(database, refused, "own_program")
    await database.close()


async def report(url: str, user_id: str, call_id: str) -> None:
    database = Database(url)
    await reports.report(database, user_id, call_id, "violent")
    await database.close()


@pytest.mark.parametrize(
    ("act", "form", "says"),
    [
        ("ban", {"user": "UADMIN", "reason": " "}, "reason"),
        ("ban", {"user": "UNOBODY", "reason": "x"}, "no user UNOBODY"),
        ("ban", {"reason": "x"}, "somebody"),
        ("budget", {"user": "UADMIN", "usd": "NaN"}, "dollars"),
        ("budget", {"user": "UADMIN", "usd": "-1"}, "dollars"),
        ("exempt", {"user": "UADMIN", "until": "soon", "reason": "x"}, "no time"),
        ("exempt", {"user": "UADMIN", "until": "2020-01-01", "reason": "x"}, "over already"),
        ("revoke-key", {"key": "key_none"}, "no such key"),
        ("end-exemption", {"exemption": "exm_none"}, "no exemption"),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_no_row(
    product: Product, admin: httpx.Client, act: str, form: dict[str, str], says: str
) -> None:
    before = product.cli("audit")
    shown = do(admin, act, **form)
    assert says in shown
    assert 'role="alert"' in shown
    assert product.cli("audit") == before


def test_every_act_of_the_desk_is_tested() -> None:
    tested = {"ban", "unban", "budget", "exempt", "end-exemption", "revoke-key"}
    tested |= {"banner", "model-off", "model-on", "grant", "switch-key", "vouch", "unvouch"}
    tested |= {"close-report", "switch-rule", "answer-appeal"}
    assert set(desk.ACTS) == tested


def test_a_model_is_off_within_a_second_and_on_again(
    product: Product, admin: httpx.Client, person: str
) -> None:
    key = product.cli("keys", "create", "--user", person, "--name", "laptop")
    model = "qwen/qwen3-32b"
    do(admin, "model-off", "/admin/site", model=model, reason="It answers nonsense.")
    assert "It answers nonsense." in admin.get("/admin/site").text
    time.sleep(CHANGED_S)
    refused = product.chat(key)
    assert refused.status_code == 400
    assert "It answers nonsense" in refused.json()["error"]["message"]
    assert model not in product.get("/models").text
    do(admin, "model-on", "/admin/site", model=model)
    time.sleep(CHANGED_S)
    assert product.chat(key).status_code == 200
    assert model in product.get("/models").text


def test_a_rule_is_switched(product: Product, admin: httpx.Client) -> None:
    rule = rules.load_own()[0]
    form = {"rule": rule.id, "mode": "counting", "reason": "it refuses a class"}
    assert "is counting now" in do(admin, "switch-rule", "/admin/rules", **form)
    assert f"counting (the file says {rule.mode})" in admin.get("/admin/rules").text
    last = json.loads(product.cli("audit").splitlines()[-1])
    assert (last["act"], last["target"]) == ("fairuse.switch", rule.id)
    do(admin, "switch-rule", "/admin/rules", rule=rule.id, mode="file", reason="it is mended")
    assert "the file says" not in admin.get("/admin/rules").text


def test_a_banner_is_shown_and_taken_away(product: Product, admin: httpx.Client) -> None:
    do(admin, "banner", "/admin/site", text="Closed tonight.")
    assert "Closed tonight." in admin.get("/admin/site").text
    do(admin, "banner", "/admin/site", text="")
    assert "There is none." in admin.get("/admin/site").text
    last = json.loads(product.cli("audit").splitlines()[-1])
    assert (last["act"], last["before"]) == ("site.banner", {"banner": "Closed tonight."})


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_another_sites_form_does_nothing(
    product: Product, admin: httpx.Client, person: str, origin: str
) -> None:
    form = {"user": person, "reason": "forged"}
    answer = admin.post("/admin/acts/ban", data=form, headers={"Origin": origin})
    assert answer.status_code == 403
    assert json.loads(product.cli("users", "show", person))["banned_at"] is None


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"json": {"user": "UADMIN"}}, 400),
        ({"content": b"user=%ff", "headers": FORM}, 400),
        ({"content": b"user=" + b"x" * 5_000, "headers": FORM}, 413),
    ],
)
def test_bodies_that_are_no_form_of_ours_are_refused(
    admin: httpx.Client, sent: dict[str, Any], status: int
) -> None:
    assert admin.post("/admin/acts/ban", **sent).status_code == status


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/dashboard", "/adminx"]
)
def test_an_act_leads_back_to_the_desk_only(admin: httpx.Client, back: str) -> None:
    form = {"user": "UNOBODY", "back": back}
    assert admin.post("/admin/acts/unban", data=form).headers["location"] == "/admin"


def test_the_overview_tells_what_happens_now(
    product: Product, admin: httpx.Client, person: str
) -> None:
    key = product.cli("keys", "create", "--user", person, "--name", "laptop")
    assert product.chat(key).status_code == 200
    deadline = time.monotonic() + 2 * now.TODAY_FRESH_S
    while person not in (part := admin.get("/admin/now").text):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert not part.startswith("<!doctype")
    assert "qwen" in part
    assert "Provider" in part
