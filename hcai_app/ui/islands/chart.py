"""Island `assets/chart.jsx`: stacked bars over time with a live tail."""

import reflex as rx

from hcai_app.ui.view_models import Chart


class UsageChart(rx.Component):
    """A chart; `tail` replaces the last buckets of `series`."""

    library = "$/public/chart.jsx"
    tag = "UsageChart"
    series: rx.Var[Chart]
    tail: rx.Var[Chart]
    measure: rx.Var[str]


def usage_chart(
    series: Chart | rx.Var[Chart], tail: Chart | rx.Var[Chart], measure: str | rx.Var[str]
) -> rx.Component:
    """Show requests, tokens or cost over time, stacked by name."""
    return UsageChart.create(series=series, tail=tail, measure=measure)
