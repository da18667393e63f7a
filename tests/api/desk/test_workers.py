"""The desk on two workers: whoever answers, the same; what one switches, both know."""

import time

from tests.api.desk.conftest import ADMIN
from tests.conftest import Install
from tests.harness.databases import OWN_REDIS
from tests.harness.product import CHANGED_S
from tests.harness.visitor import page_of

ASKED = 8  # so many that both workers have answered


def test_two_workers_know_an_admin_from_a_student_and_what_is_switched(install: Install) -> None:
    product = install(HCAI_ADMINS=ADMIN, REDIS_URL=OWN_REDIS)
    key = product.make_key("UADA")
    product.cli("users", "create", "--slack-id", ADMIN, "--name", "Grace Volunteer")
    product.start(workers=2)
    for _ in range(ASKED):  # a connection each, so that either worker may take it
        with page_of(product, ADMIN) as admin, page_of(product, "UADA") as student:
            assert admin.get("/admin").status_code == 200
            assert student.get("/admin").status_code == 404
            assert b"desk" not in student.get("/admin").content
            form = {"user": ADMIN, "reason": "forged"}
            assert student.post("/admin/acts/ban", data=form).status_code == 405
    assert "forged" not in product.cli("audit")
    with page_of(product, ADMIN) as admin:
        off = {"model": "qwen/qwen3-32b", "reason": "It answers nonsense."}
        assert admin.post("/admin/acts/model-off", data=off).status_code == 303
    time.sleep(CHANGED_S)
    assert {product.chat(key).status_code for _ in range(ASKED)} == {400}
