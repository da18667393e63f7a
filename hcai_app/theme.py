"""The look in one place."""

import reflex as rx


def radix_theme() -> rx.Component:
    """Return the theme."""
    return rx.theme(appearance="inherit", accent_color="red", gray_color="slate", radius="large")
