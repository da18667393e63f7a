"""The pages /sign-in/…"""

import pytest

from hcai_app.services.people.identity import Reason
from hcai_app.ui.pages import sign_in


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_has_a_page_with_one_headline_and_one_thing_to_do(reason: Reason) -> None:
    shown = str(sign_in.ending_page(sign_in.ENDINGS[reason]).render())
    assert shown.count("'name': '\"h1\"'") == 1
    assert shown.count('className:"button') == 1


def test_who_must_verify_is_sent_to_the_provider() -> None:
    shown = str(sign_in.ending_page(sign_in.ENDINGS[Reason.VERIFY]).render())
    assert "https://auth.hackclub.com/verifications/new" in shown


def test_headlines_differ() -> None:
    assert len({ending.title for ending in sign_in.ENDINGS.values()}) == len(Reason)
