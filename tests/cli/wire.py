"""How a command that cannot do its work ends: nothing on stdout, one clear line, not 0."""

from tests.harness.product import Product


def assert_fails(product: Product, *arguments: str) -> str:
    """Run a command that must fail; returns its one line."""
    done = product.attempt(*arguments)
    assert done.returncode != 0
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    return line
