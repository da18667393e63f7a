from hcai_app import palette, settings, theme


def test_each_configured_model_has_a_colour_of_its_own():
    given = settings.load()
    listed = [*given.language_models, *given.image_models, *given.embedding_models]
    assert [palette.model_color_index(model) for model in listed] == list(range(9))


def test_there_are_as_many_colours_as_the_styles_have():
    assert len(theme.CHART_DARK) == len(theme.CHART_LIGHT) == palette.CHART_COLORS


def test_a_model_keeps_its_colour_whatever_stands_beside_it():
    ours = "qwen/qwen3-32b"
    names = [f"maker/model-{number}" for number in range(palette.CHART_COLORS + 2)]
    alike = next(it for it in names if palette.model_color_index(it) == 0)
    assert palette.color_indexes([alike])[alike] == 0
    chosen = palette.color_indexes([alike, ours])
    assert chosen[ours] == palette.model_color_index(ours) == 0
    assert chosen[alike] != 0


def test_models_in_one_chart_differ_while_there_are_colours():
    names = [f"maker/model-{number}" for number in range(palette.CHART_COLORS + 2)]
    chosen = palette.color_indexes(names)
    assert chosen == palette.color_indexes(reversed(names))
    others = [palette.OTHER, palette.OTHER]
    assert sorted(chosen.values()) == [*others, *range(palette.CHART_COLORS)]
