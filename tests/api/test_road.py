import json

from tests.harness.product import Product


def test_a_streamed_call_reaches_the_books(product: Product) -> None:
    key = product.make_key("UROAD1")
    answer = product.chat(key, stream=True)
    assert answer.status_code == 200
    assert answer.text.endswith("data: [DONE]\n\n")
    (row,) = product.rows("--user", "UROAD1")
    usage = json.loads(answer.text.split("data: ")[-2])["usage"]
    assert row["outcome"] == "completed"
    assert row["settled"] is True
    assert row["total_tokens"] == usage["total_tokens"]
    assert float(row["cost_usd"]) == usage["cost"]
