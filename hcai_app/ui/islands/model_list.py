"""Island `assets/model-list.jsx`: the searchable list of models."""

import reflex as rx

SOURCE = "/api/models"


class _ModelList(rx.Component):
    library = "$/public/model-list.jsx"
    tag = "ModelList"
    source: rx.Var[str]


def model_list() -> rx.Component:
    """Show every allowed model; the list is fetched and searched in the browser."""
    return _ModelList.create(source=SOURCE)
