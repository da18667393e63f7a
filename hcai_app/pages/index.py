"""The landing page: the product, its curl line, and what a teenager asks before starting."""

import reflex as rx

from hcai_app import settings
from hcai_app.components import chrome
from hcai_app.components.code import ORIGIN, code, copy_button, page_origin
from hcai_app.components.islands import TypedAnswer
from hcai_app.components.models import model_list

SECTIONS = {"Models": "#models", "Cost": "#cost", "Rules": "#rules", "Run it": "#run"}
FOOT = {
    **SECTIONS,
    "Models as JSON": "/proxy/v1/models",
    "Hack Club": "https://hackclub.com",
}
REQUEST = f"""curl -N {ORIGIN}/proxy/v1/chat/completions \\
  -H "Authorization: Bearer $AI_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{{
    "model": "qwen/qwen3-32b",
    "stream": true,
    "messages": [{{
      "role": "user",
      "content": "Name my raccoon rhythm game."
    }}]
  }}'"""
ANSWER = (
    "Bin Lid Boogie.\n\nEvery beat is a lid landing. Miss one and the porch light comes on; "
    "hit ten in a row and your raccoon gets the whole pizza."
)
RECEIPT = "qwen/qwen3-32b · 36 tokens"
RUN = """.venv/bin/python -m hcai_app users create --slack-id U0X --name Orpheus --verified
.venv/bin/python -m hcai_app keys create --user U0X --name laptop"""


@rx.page("/", title="HCAI: free AI for teenagers who build", description="Hack Club's free AI API.")
def index() -> rx.Component:
    """Show the product and its curl line."""
    return rx.fragment(
        chrome.top_bar(SECTIONS),
        rx.el.main(hero(), models(), cost(), people_and_rules(), run_it(), id="content"),
        chrome.foot(FOOT),
    )


def hero() -> rx.Component:
    """Say what it is, and show one real call."""
    return rx.el.section(
        rx.el.h1(rx.el.em("Free AI"), " for teenagers who build things."),
        rx.el.div(
            rx.el.p(
                "One key, one address. It speaks OpenAI’s language, so the library you already "
                "use just works, and Hack Club pays the bill."
            ),
            rx.el.div(
                rx.el.a("Make a key", href="#run", class_name="button"),
                rx.el.a("See the models", href="#models"),
                class_name="actions",
            ),
            class_name="hero-foot",
        ),
        exchange(),
        simulated_note(),
        class_name="wrap hero",
    )


def exchange() -> rx.Component:
    """Show a request beside its answer."""
    given = settings.load()
    origin = page_origin(given.origin, is_fixed=given.is_production)
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.el.h2("You send"),
                copy_button("request", "the request"),
                class_name="pane-head",
            ),
            code(REQUEST, name="request", label="Example request with curl", origin=origin),
            class_name="pane sent",
        ),
        rx.el.div(
            rx.el.div(rx.el.h2("You get, for example"), simulated_pill(), class_name="pane-head"),
            TypedAnswer.create(text=ANSWER, receipt=RECEIPT),
            class_name="pane",
        ),
        class_name="exchange",
    )


def simulated_pill() -> rx.Component:
    """Label the answers of a server without a provider key."""
    if not settings.load().is_simulated:
        return rx.fragment()
    return rx.el.span("simulated provider", class_name="pill")


def simulated_note() -> rx.Component:
    """Explain the label."""
    if not settings.load().is_simulated:
        return rx.fragment()
    return rx.el.p(
        "This server has no provider key, so a simulated provider answers your calls. Set ",
        rx.el.span("OPENROUTER_API_KEY", class_name="mono"),
        " for real models.",
        class_name="simulated",
    )


def models() -> rx.Component:
    """List the models that this server allows."""
    given = settings.load()
    allowed = [*given.language_models, *given.image_models]
    return _part(
        "models",
        rx.el.h2("Pick a model by its name"),
        rx.el.p(
            "Chat and pictures behind the same key. Change the name in your request "
            "and you have changed the model.",
            class_name="lead",
        ),
        model_list(allowed),
        rx.el.p(
            rx.el.a("The full list, as JSON", href="/proxy/v1/models"),
            rx.el.span(" needs no key.", class_name="quiet"),
            class_name="after",
        ),
    )


def cost() -> rx.Component:
    """Say what it costs, and where it ends for the day."""
    given = settings.load()
    rate = given.chat_rate_limit
    span = (
        f"{rate.multiples} {rate.GRANULARITY.name}s"
        if rate.multiples > 1
        else (rate.GRANULARITY.name)
    )
    return _part(
        "cost",
        rx.el.div(
            rx.el.div("$0", class_name="zero", aria_hidden=True),
            rx.el.div(
                rx.el.h2("What it costs you: nothing"),
                rx.el.ul(
                    _fact(
                        f"${given.daily_budget_usd:g} of model time a day.",
                        "That is thousands of small calls. It starts again at 00:00 UTC.",
                    ),
                    _fact(f"{rate.amount} calls in {span}.", "Enough for a busy Discord bot."),
                    _fact(
                        "No card, no trial, no catch.",
                        "Hack Club is a charity; donors pay for the models.",
                    ),
                    class_name="facts",
                ),
            ),
            class_name="cost",
        ),
    )


def people_and_rules() -> rx.Component:
    """Say who may use it, and the rules in plain words."""
    return _part(
        "rules",
        rx.el.div(
            rx.el.div(
                rx.el.h2("Who may use it"),
                rx.el.ul(
                    _fact("You, if you are 18 or younger", "and part of Hack Club."),
                    _fact(
                        "Nobody reads along.",
                        "We count tokens and cost. What you write, and what the model answers, "
                        "is never stored.",
                    ),
                    class_name="facts",
                ),
            ),
            rx.el.div(rx.el.h2("The rules"), rules()),
            class_name="two",
        ),
    )


def rules() -> rx.Component:
    """List the rules."""
    return rx.el.ol(
        _fact("Build things.", "Bots, games, tools, weird experiments."),
        _fact("No coding agents.", "Cursor and its friends eat a month of your share in an hour."),
        _fact("No proxies, no resale.", "Your key is for your own projects."),
        _fact("Keep your key secret.", "If it gets out, revoke it and make a new one."),
        _fact(
            "Be kind.", "Hack Club’s code of conduct holds here too. No malware, nothing explicit."
        ),
        class_name="rules",
    )


def run_it() -> rx.Component:
    """Show how to make a key today: on your own copy, from the command line."""
    return _part(
        "run",
        rx.el.h2("Run it yourself in two commands"),
        rx.el.p(
            "This copy answers as soon as it has a student and a key. The first command makes the "
            "student, the second prints the key, once.",
            class_name="lead",
        ),
        rx.el.div(
            rx.el.div(
                rx.el.h3("In the folder of the server"),
                copy_button("run-commands", "the two commands"),
                class_name="pane-head",
            ),
            code(RUN, name="run-commands", label="Two commands for the server's terminal"),
            class_name="run-box",
        ),
        rx.el.p(
            "Then ",
            rx.el.span("export AI_KEY=sk-hc-v1-…", class_name="mono"),
            " and paste the request from ",
            rx.el.a("the top of this page", href="#content"),
            ".",
            class_name="after",
        ),
    )


def _part(name: str, *children: rx.Component) -> rx.Component:
    return rx.el.section(rx.el.div(*children, class_name="wrap"), id=name, class_name="part")


def _fact(claim: str, rest: str) -> rx.Component:
    return rx.el.li(rx.el.span(rx.el.b(claim), " ", rest))
