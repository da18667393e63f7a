"""Where the bundle finds an island, which stands beside its Python class."""

import reflex as rx


def source(name: str) -> str:
    """Return the library of an island's file in this folder."""
    return rx.asset(name, shared=True).importable_path
