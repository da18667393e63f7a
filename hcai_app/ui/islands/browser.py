"""Island `assets/islands.jsx`: page origin, sign-in link, copy button."""

import reflex as rx


class _Island(rx.Component):
    library = "$/public/islands.jsx"


class PageOrigin(_Island):
    """The address that a reader's program should call."""

    tag = "PageOrigin"
    base: rx.Var[str]
    own: rx.Var[bool]


class SignInLink(_Island):
    """A link that signs the visitor in and leads back to where they were."""

    tag = "SignIn"
    label: rx.Var[str]


class CopyButton(_Island):
    """A button that copies the text of the element with the id `target`."""

    tag = "CopyButton"
    target: rx.Var[str]
    what: rx.Var[str]


class TypedAnswer(_Island):
    """An answer typing itself, then its receipt."""

    tag = "TypedAnswer"
    text: rx.Var[str]
    receipt: rx.Var[str]
