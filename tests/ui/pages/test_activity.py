import reflex as rx

from hcai_app.services.call import Outcome
from hcai_app.services.usage.filters import NAMES
from hcai_app.ui.pages import activity, everyone
from hcai_app.ui.state.outcomes import OUTCOMES
from tests.ui.pages.test_index import walk


def tags(page: rx.Component) -> list[str]:
    return [str(component.tag).strip('"') for component in walk(page)]


def test_the_pages_render_with_one_headline_each():
    for page in (activity.activity(), everyone.everyone()):
        assert page.render()
        assert tags(page).count("h1") == 1


def test_every_outcome_has_its_words():
    assert OUTCOMES.keys() == set(Outcome)
    assert all(words.story for words in OUTCOMES.values())
    rendered = str(activity.activity().render())
    assert all(f'"{words.name}"' in rendered for words in OUTCOMES.values())


def test_every_filter_has_a_label():
    rendered = str(activity.activity().render())
    for name in NAMES:
        assert f'htmlFor:"filter-{name}"' in rendered
        assert f'id:"filter-{name}"' in rendered


def test_the_calls_can_be_downloaded():
    assert "Download CSV" in str(activity.activity().render())


def test_the_chart_is_a_table_for_those_who_do_not_see_it():
    rendered = str(everyone.everyone().render())
    assert "caption" in tags(everyone.everyone())
    assert 'scope:"row"' in rendered
