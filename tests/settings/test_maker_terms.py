"""The register of makers' terms, and which models are offered because of it."""

import re
from datetime import date

import pytest

from hcai_app.settings import IMAGE_MODELS, LANGUAGE_MODELS, Settings, maker_terms, read_settings
from hcai_app.settings.values import split_list
from tests.test_settings import PRODUCTION

GEMINI = "google/gemini-2.5-flash"
OTHERS = [name for name in split_list(LANGUAGE_MODELS) if name != GEMINI]


def production(**more: str) -> Settings:
    return read_settings({**PRODUCTION, **more})


def test_every_entry_says_why_where_and_when() -> None:
    for terms in maker_terms.register():
        assert terms.verdict in ("allowed", "guarded", "forbidden")
        assert len(terms.why) > 40
        assert terms.source.startswith("https://")
        assert date.fromisoformat(terms.looked_at) >= date(2026, 1, 1)
    listed = [terms.models for terms in maker_terms.register()]
    assert len(set(listed)) == len(listed)
    assert all(re.fullmatch(r"[a-z0-9-]+(/[a-z0-9.-]+)?", name) for name in listed)


@pytest.mark.parametrize(
    ("model", "verdict"),
    [
        ("google/gemini-2.5-pro", "forbidden"),
        ("Google/Gemini-2.5-Pro", "forbidden"),
        ("google/gemini-2.5-flash:free", "forbidden"),
        ("google/gemma-3-27b-it", "forbidden"),
        ("googles/own", "guarded"),
        ("openai/gpt-5-mini", "guarded"),
        ("anthropic/claude-opus-4.1", "guarded"),
        ("nobody/has-looked", "guarded"),
    ],
)
def test_a_models_terms_are_its_makers(model: str, verdict: str) -> None:
    assert maker_terms.terms_of(model).verdict == verdict


def test_an_unknown_maker_is_said_to_be_unknown() -> None:
    assert maker_terms.terms_of("nobody/at-all").source == ""
    assert "Nobody has looked" in maker_terms.terms_of("nobody/at-all").why


def test_production_leaves_out_what_is_forbidden_and_development_does_not() -> None:
    assert production().language_models == OTHERS
    assert production().image_models == []
    assert production().unfit_models == [GEMINI, IMAGE_MODELS]
    at_home = read_settings({"HCAI_SECRET_KEY": "x" * 40, "OPENROUTER_API_KEY": "sk-or-v1-x"})
    assert at_home.language_models == split_list(LANGUAGE_MODELS)
    assert at_home.minors_notes == []


def test_what_the_operator_names_is_offered_with_its_variants_and_nothing_else() -> None:
    settings = production(HCAI_MINORS_EXCEPTIONS=GEMINI)
    assert settings.language_models == split_list(LANGUAGE_MODELS)
    assert settings.is_fit(f"{GEMINI}:nitro")
    for other in (f"{GEMINI}-lite", "google/gemini-2.5-pro", IMAGE_MODELS):
        assert not settings.is_fit(other)


@pytest.mark.parametrize("odd", ["*", "google", "google/*", "google/"])
def test_an_exception_is_a_model_by_its_name(odd: str) -> None:
    settings = production(HCAI_MINORS_EXCEPTIONS=odd)
    assert settings.language_models == OTHERS


def test_the_operator_is_told_what_falls_away_and_what_does_not() -> None:
    notes = production(HCAI_MINORS_EXCEPTIONS=f"{GEMINI},qwen/qwen3-32b").minors_notes
    assert any(f"out under-18s: {IMAGE_MODELS} (" in note for note in notes)
    assert any(note.endswith(f"rule it out: {GEMINI}") for note in notes)
    assert any(note.endswith("no effect on: qwen/qwen3-32b") for note in notes)
    assert any("HCAI_IMAGE_MODELS" in note for note in notes)
