"""The landing page: the product, a real call, common questions.

It is whole before any script runs: only the corner and the main action learn later who looks.
"""

import reflex as rx

from hcai_app.docs.examples.library import EXAMPLES
from hcai_app.services.limits import period
from hcai_app.services.models.curated import CARDS, card_of
from hcai_app.settings import ANY_MODEL, first_model, load_settings
from hcai_app.ui.components import chrome, limits, shell
from hcai_app.ui.components.arrival import heading, main
from hcai_app.ui.components.choice import remembered_tabs
from hcai_app.ui.components.code import ORIGIN
from hcai_app.ui.components.examples import example_tabs, views_of
from hcai_app.ui.components.models import model_list
from hcai_app.ui.components.plain import anchor
from hcai_app.ui.components.previews import preview
from hcai_app.ui.components.race import race
from hcai_app.ui.state.base import SiteState

HERE = "/"
DASHBOARD, DOCS, MODELS = "/dashboard", "/docs", "/models"
RUN = "make run"
TITLE = "HCAI: free AI for teenagers who build"
ABOUT = "One key and one address for chat, pictures and embeddings. Hack Club pays the bill."
# How many of each list are shown here.
FEATURED_LANGUAGE, FEATURED_IMAGE, FEATURED_EMBEDDING = 4, 1, 1


@rx.page(HERE, **preview(TITLE, ABOUT, HERE), on_load=SiteState.load)
def index() -> rx.Component:
    """Show the product and a real call."""
    return rx.fragment(
        shell.top_bar(),
        main(hero(), models(), cost(), people_and_rules(), start(), run_it()),
        chrome.site_foot(),
        shell.tab_bar(HERE),
    )


def hero() -> rx.Component:
    """Show the headline and one real call."""
    return rx.el.section(
        heading(rx.el.em("Free AI"), " for teenagers who build things."),
        rx.el.div(
            rx.el.p(
                "One key, one address. It speaks OpenAI’s language, so the library you already "
                "use just works, and Hack Club pays the bill."
            ),
            rx.el.div(
                main_action(),
                shell.link("Read the docs", to=DOCS),
                class_name="actions",
            ),
            class_name="hero-foot",
        ),
        race(featured()),
        simulated_note(),
        class_name="wrap hero",
    )


def main_action() -> rx.Component:
    """Link to the sign-in, which works without scripts, or a signed-in visitor's pages."""
    return rx.cond(
        SiteState.is_signed_in,
        shell.link("Open your dashboard", to=DASHBOARD, class_name="button"),
        anchor("Sign in with Hack Club", href=shell.SIGN_IN, class_name="button"),
    )


def exchange() -> rx.Component:
    """Show the first call in each language."""
    settings = load_settings()
    places = {
        "base": f"{ORIGIN}/proxy/v1",
        "language_model": first_model(settings.language_models),
    }
    return rx.el.div(
        example_tabs(views_of(EXAMPLES["chat"], places), name="request"),
        remembered_tabs(),
        class_name="card example-card",
    )


def simulated_note() -> rx.Component:
    """Explain the label."""
    if not load_settings().is_simulated:
        return rx.fragment()
    return rx.el.p(
        "This server has no provider key, so a simulated provider answers your calls. Set ",
        rx.el.span("OPENROUTER_API_KEY", class_name="mono"),
        " for real models.",
        class_name="simulated",
    )


def featured() -> list[str]:
    """Return the ids of a few models: the first of each configured list."""
    settings = load_settings()
    lists = (
        (settings.language_models, FEATURED_LANGUAGE),
        (settings.image_models, FEATURED_IMAGE),
        (settings.embedding_models, FEATURED_EMBEDDING),
    )
    if not any(name != ANY_MODEL for name in settings.language_models):
        most = FEATURED_LANGUAGE + FEATURED_IMAGE + FEATURED_EMBEDDING
        return list(filter(settings.is_fit, CARDS))[:most]
    named = ([name for name in names if name != ANY_MODEL][:most] for names, most in lists)
    return list(dict.fromkeys(name for names in named for name in names))


def models() -> rx.Component:
    """Show a few of the models that this server allows."""
    return _part(
        "models",
        rx.el.h2("Pick a model by its name"),
        rx.el.p(
            "Chat, pictures and embeddings behind the same key. Change the name in your request "
            "and you have changed the model.",
            class_name="lead",
        ),
        model_list([(model, card_of(model)) for model in featured()]),
        rx.el.p(shell.link("All models, with prices and examples", to=MODELS), class_name="after"),
    )


def cost() -> rx.Component:
    """Show the price and the budget."""
    return _part(
        "cost",
        rx.el.div(
            rx.el.div("$0", class_name="zero", aria_hidden=True),
            rx.el.div(
                rx.el.h2("What it costs you: nothing"),
                rx.el.ul(
                    _fact(
                        f"{limits.budget()}.",
                        f"That is thousands of small calls. It starts again at {period.BOUNDARY}.",
                    ),
                    _fact(f"{limits.rate()}.", "Enough for a busy Discord bot."),
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
                    _fact("One account.", "Yours at Hack Club; there is no form to fill in."),
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


def start() -> rx.Component:
    """Show the way from here to an answer."""
    return _part(
        "start",
        rx.el.h2("An answer in a minute"),
        rx.el.ol(
            _fact("Sign in", "with your Hack Club account."),
            _fact("Make a key", "and give it a name. You see it once, so copy it."),
            _fact("Paste this", "into a terminal or a file, in the language you like."),
            class_name="landing-steps",
        ),
        exchange(),
        rx.el.div(
            main_action(),
            shell.link("Or run it in the docs, without a terminal", to=DOCS),
            class_name="after actions",
        ),
    )


def run_it() -> rx.Component:
    """Show how to host a copy."""
    return _part(
        "run",
        rx.el.h2("Or run your own"),
        rx.el.p(
            "HCAI is open source. In its folder, on a machine with Python and make, one command "
            "starts it, and a simulated provider answers: ",
            rx.el.code(RUN, class_name="mono"),
            ". The README has the rest.",
            class_name="lead",
        ),
    )


def _part(name: str, *children: rx.Component) -> rx.Component:
    return rx.el.section(rx.el.div(*children, class_name="wrap"), id=name, class_name="part")


def _fact(claim: str, rest: str) -> rx.Component:
    return rx.el.li(rx.el.span(rx.el.b(claim), " ", rest))
