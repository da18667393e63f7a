from hcai_app.services.models import colors
from hcai_app.settings import load_settings
from hcai_app.ui import theme


def test_each_configured_model_has_a_colour_of_its_own():
    settings = load_settings()
    listed = [*settings.language_models, *settings.image_models, *settings.embedding_models]
    assert [colors.model_color_index(model) for model in listed] == list(range(9))


def test_there_are_as_many_colours_as_the_styles_have():
    assert len(theme.CHART_DARK) == len(theme.CHART_LIGHT) == colors.CHART_COLORS


def test_a_model_keeps_its_colour_whatever_stands_beside_it():
    ours = "qwen/qwen3-32b"
    names = [f"maker/model-{number}" for number in range(colors.CHART_COLORS + 2)]
    alike = next(it for it in names if colors.model_color_index(it) == 0)
    assert colors.color_indexes([alike])[alike] == 0
    chosen = colors.color_indexes([alike, ours])
    assert chosen[ours] == colors.model_color_index(ours) == 0
    assert chosen[alike] != 0


def test_models_in_one_chart_differ_while_there_are_colours():
    names = [f"maker/model-{number}" for number in range(colors.CHART_COLORS + 2)]
    chosen = colors.color_indexes(names)
    assert chosen == colors.color_indexes(reversed(names))
    others = [colors.OTHER, colors.OTHER]
    assert sorted(chosen.values()) == [*others, *range(colors.CHART_COLORS)]
