"""Finding somebody: by name, Slack id, key, key preview or request id."""

from hcai_app.api.desk.frame import card, chip, person_link, person_path, row, rows
from hcai_app.api.desk.html import Html, a, button, form, input_, joined, li, p, span, ul
from hcai_app.api.desk.visit import ROOT, View, Visit
from hcai_app.services.account import search
from hcai_app.services.account.search import Found

PATH = f"{ROOT}/people"
HOW = "A name or part of one, a Slack id, our own id, a key or its preview, or a request id."


async def show(visit: Visit) -> View:
    """Show the field, and whom a search has found."""
    asked = visit.text("q")
    found = await _found(visit)
    field = input_(
        type="search",
        name="q",
        value="" if _is_secret(asked) else asked,
        aria_label="Find somebody",
        autofocus=True,
        autocomplete="off",
        spellcheck="false",
    )
    content = joined(
        [
            form(
                field, button("Find", class_="small"), method="post", action=PATH, class_="search"
            ),
            _results(found) if asked else p(HOW, class_="quiet"),
        ]
    )
    return View("People", content, here=PATH)


async def listed(visit: Visit) -> Html:
    """Return whom a search has found, for the palette."""
    found = await _found(visit)
    return ul(
        *(
            li(a(one.name or "(deleted)", " ", span(_about(one)), href=person_path(one.user_id)))
            for one in found
        )
    )


async def _found(visit: Visit) -> list[Found]:
    return await search.find(visit.worker.database, visit.text("q"), secret_key=visit.secret_key)


def _results(found: list[Found]) -> Html:
    listed = [
        row(
            person_link(one.user_id, one.name),
            one.slack_id or "–",
            _state(one),
            f"by {one.by}",
            opens=True,
        )
        for one in found
    ]
    more = "The first 20; write more of it to see fewer." if len(found) == search.MOST else None
    return card(
        "Found",
        rows(("Name", "Slack id", "", "Found"), listed, "Nobody. Is it written as it is there?"),
        more and p(more, class_="quiet"),
    )


def _about(one: Found) -> str:
    return " · ".join(part for part in (one.slack_id, f"by {one.by}") if part)


def _state(one: Found) -> Html:
    if one.is_deleted:
        return chip("deleted")
    return chip("banned", "bad") if one.is_banned else Html("")


def _is_secret(text: str) -> bool:
    """Return whether a text may be a key, which no page repeats."""
    return text.startswith("sk-") and "…" not in text
