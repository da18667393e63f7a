import json

from tests.api.wire import chat_body
from tests.chaos import books
from tests.harness.product import Product
from tests.harness.provider import Provider


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


def test_the_dearest_of_the_models_that_may_answer_is_set_aside(
    product: Product, provider: Provider
) -> None:
    key = product.make_key("UDEAREST")
    reserved: list[int] = []
    for models in ([], ["google/gemini-2.5-flash-image"]):
        body = {**chat_body(), "models": models}
        answer = product.post("/chat/completions", key, json=body)
        assert answer.status_code == 200
        row_id = answer.headers["x-request-id"]
        query = f"SELECT reserved_nanousd FROM calls WHERE id = '{row_id}'"
        reserved.append(books.select(product, query)[0]["reserved_nanousd"])
    assert reserved[1] > reserved[0]
