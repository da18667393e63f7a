"""`/robots.txt` and `/sitemap.xml`."""

import re

import httpx

from tests.harness.product import Product


def test_robots_are_told_where_the_public_pages_are_listed(product: Product) -> None:
    answer = httpx.get(f"{product.origin}/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    assert f"Sitemap: {product.origin}/sitemap.xml" in answer.text
    assert "Disallow: /keys" in answer.text


def test_the_sitemap_has_public_pages_and_each_model(product: Product) -> None:
    found = re.findall("<loc>(.+?)</loc>", httpx.get(f"{product.origin}/sitemap.xml").text)
    for path in ("/", "/docs", "/models", "/safety", "/models/qwen/qwen3-32b"):
        assert f"{product.origin}{path}" in found
    assert not [one for one in found if one.endswith(("/account", "/dashboard"))]
