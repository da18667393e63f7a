"""The page /keys: create a key, see the usage of each, revoke one."""

import reflex as rx

from hcai_app.services.keys.keys import MAX_NAME
from hcai_app.services.limits import period
from hcai_app.ui.components import shell
from hcai_app.ui.components.confirm import confirm
from hcai_app.ui.components.drawings import drawing
from hcai_app.ui.components.leaks import leaked_keys
from hcai_app.ui.components.new_key import new_key, rotate_key
from hcai_app.ui.islands.clock import local_time
from hcai_app.ui.state.keys import KeysState
from hcai_app.ui.state.leaks import LeaksState
from hcai_app.ui.view_models.keys import KeyView

LEAD = "A key lets your programs in. Make one for each project, and keep it to yourself."
SPENT_NOW = period.THIS.capitalize()
COLUMNS = ("Key", "Created", "Last used", "Requests", "Tokens", SPENT_NOW, "In total")
QUESTION = "Revoke it? Programs with this key stop within a second."
LIST_TITLE = "keys-title"
SKELETON_ROWS = 3


@rx.page(
    "/keys",
    title="Keys · HCAI",
    description=LEAD,
    on_load=[KeysState.load_keys, LeaksState.load_leaks],
)
def keys() -> rx.Component:
    """Show the visitor's keys."""
    return shell.page(
        "Keys", leaked_keys(), maker(), listed(), here="/keys", lead=LEAD, skeleton=skeleton
    )


def maker() -> rx.Component:
    """Offer the field and the button; a newcomer reads what it is good for."""
    is_new = (KeysState.active_count == 0) & (KeysState.revoked_count == 0)
    is_first = KeysState.is_loaded & is_new
    return rx.el.section(
        rx.el.h2(
            rx.cond(is_first, "No keys yet. Make your first one.", "Make a key"), id="maker-title"
        ),
        new_key(limit=KeysState.limit, left=KeysState.left, on_created=KeysState.load_keys),
        aria_labelledby="maker-title",
        class_name="card maker",
    )


def listed() -> rx.Component:
    """Show the list, its placeholder or its error."""
    return rx.fragment(
        rx.cond(KeysState.problem != "", shell.problem(KeysState.problem, KeysState.load_keys)),
        rx.cond(
            KeysState.is_loaded,
            rx.fragment(active_keys(), revoked_keys()),
            rx.cond(KeysState.problem == "", list_skeleton()),
        ),
    )


def active_keys() -> rx.Component:
    """Show the keys that work; the title stays where it is, since it gets the focus."""
    has_keys = KeysState.active_count > 0
    return rx.el.section(
        rx.cond(has_keys, rx.fragment(), drawing("shelf")),
        rx.el.h2(
            rx.cond(has_keys, "Your keys", "Your keys will be listed here."),
            id=LIST_TITLE,
            tab_index=-1,
            class_name=rx.cond(has_keys, "", "none"),
        ),
        rx.cond(
            has_keys,
            rx.fragment(
                columns(),
                rx.el.ul(rx.foreach(KeysState.active, key_row), class_name="keys"),
            ),
        ),
        aria_labelledby=LIST_TITLE,
        class_name="keys-part",
    )


def revoked_keys() -> rx.Component:
    """Fold the keys away that were revoked, or have expired."""
    count = KeysState.revoked_count
    return rx.cond(
        count > 0,
        rx.el.details(
            rx.el.summary(rx.cond(count == 1, "1 ended key", f"{count} ended keys")),
            rx.el.ul(rx.foreach(KeysState.revoked, revoked_row), class_name="keys"),
            rx.cond(
                KeysState.revoked_shown < count,
                rx.el.p(f"These are the last {KeysState.revoked_shown}.", class_name="quiet"),
            ),
            class_name="revoked",
        ),
    )


def columns() -> rx.Component:
    """Head the list as a table's; the values repeat it for those who hear the page."""
    return rx.el.div(
        *[rx.el.span(name) for name in COLUMNS], aria_hidden=True, class_name="keys-head"
    )


def key_row(key: KeyView) -> rx.Component:
    """Show one key."""
    return rx.el.li(
        key_name(key),
        rx.el.dl(
            _fact("Created", local_time(key.created_ms, "ago")),
            _fact("Last used", _moment(key.last_call_ms, "never")),
            *_sums(key),
        ),
        rx.cond(key.has_chips, chips(key)),
        settings_of(key),
        confirm(
            "Revoke",
            name=key.id,
            question=QUESTION,
            what=key.name,
            after=LIST_TITLE,
            on_confirm=KeysState.revoke(key.id),
        ),
        key=key.id,  # an open question stays with its key when the list changes
        class_name="key-row",
    )


def chips(key: KeyView) -> rx.Component:
    """Show a key's rules, those that need attention marked."""
    return rx.el.ul(
        rx.foreach(
            key.chips,
            lambda chip: rx.el.li(
                chip.text,
                key=chip.text,
                class_name=rx.match(
                    chip.kind, ("near", "pill is-near"), ("over", "pill is-over"), "pill"
                ),
            ),
        ),
        aria_label="Rules",
        class_name="key-chips",
    )


def settings_of(key: KeyView) -> rx.Component:
    """Fold a key's form, its switch and its rotation away."""
    return rx.el.details(
        rx.el.summary("Settings", rx.el.span(" of ", key.name, class_name="heard")),
        rx.el.form(
            _field("Name", "name", key.name, max_length=MAX_NAME),
            _field("Last day (UTC)", "last_day", key.last_day, type="date"),
            _field(
                f"Budget in dollars {period.EACH}",
                "budget",
                key.budget,
                input_mode="decimal",
                placeholder="none of its own",
            ),
            _field(
                "Models, with commas between",
                "models",
                key.models,
                placeholder="all that are offered",
                spell_check=False,
            ),
            rx.el.div(
                rx.el.button("Save", type="submit", class_name="button small"),
                rx.el.button(
                    rx.cond(key.is_on, "Switch off", "Switch on"),
                    on_click=KeysState.switch(key.id),
                    type="button",
                    class_name="button quiet small",
                ),
                class_name="key-buttons",
            ),
            # Reflex lifts the handler out of the list, where no key is known any more.
            rx.el.input(type="hidden", name="id", value=key.id, read_only=True),
            on_submit=KeysState.save,
            class_name="key-form",
        ),
        rx.cond(~key.is_rotated, rotate_key(key.id, on_rotated=KeysState.load_keys)),
        class_name="key-settings",
    )


def _field(
    label: str, name: str, value: str | rx.Var[str], **more: str | int | bool
) -> rx.Component:
    return rx.el.label(
        rx.el.span(label),
        rx.el.input(
            name=name,
            default_value=value,
            auto_complete="off",
            class_name="input small",
            **{"type": "text", **more},
        ),
        class_name="field",
    )


def revoked_row(key: KeyView) -> rx.Component:
    """Show one key that has ended."""
    return rx.el.li(
        key_name(key),
        rx.el.dl(
            _fact(rx.cond(key.has_expired, "Expired", "Revoked"), local_time(key.ended_ms, "ago")),
            _fact("Last used", _moment(key.last_call_ms, "never")),
            *_sums(key),
        ),
        class_name="key-row",
    )


def key_name(key: KeyView) -> rx.Component:
    """Show a key's name, and its first and last characters."""
    return rx.el.div(
        rx.el.h3(key.name, title=key.name),
        rx.el.span(key.preview, class_name="mono"),
        class_name="key-name",
    )


def skeleton() -> rx.Component:
    """Show a placeholder while the page loads."""
    return rx.fragment(
        rx.el.div(
            rx.el.span(class_name="skeleton line short"),
            rx.el.span(class_name="skeleton field-skeleton"),
            rx.el.span(class_name="skeleton line short"),
            class_name="card maker",
        ),
        list_skeleton(),
    )


def list_skeleton() -> rx.Component:
    """Show a placeholder while the list loads."""
    return rx.el.div(
        rx.el.span(class_name="skeleton line short"),
        rx.el.div(class_name="keys-head"),
        *[rx.el.div(class_name="skeleton key-skeleton") for _ in range(SKELETON_ROWS)],
        rx.el.span("Loading your keys …", class_name="heard", role="status"),
        class_name="keys-part",
    )


def _sums(key: KeyView) -> list[rx.Component]:
    return [
        _fact("Requests", key.requests, class_name="num"),
        _fact("Tokens", key.tokens, class_name="num"),
        _fact(SPENT_NOW, key.spent_now, class_name="num"),
        _fact("In total", key.cost, class_name="num"),
    ]


def _fact(name: str | rx.Var[str], value: rx.Component | str, class_name: str = "") -> rx.Component:
    return rx.el.div(rx.el.dt(name), rx.el.dd(value, class_name=class_name))


def _moment(at_ms: int, never: str) -> rx.Component:
    return rx.cond(at_ms > 0, local_time(at_ms, "ago"), never)
