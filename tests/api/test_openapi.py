"""`GET /openapi.json`: the document is right, and whatever is asked, no answer is outside it."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from anthropic.types import Message
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from openai.types import Completion, ImagesResponse, ModerationCreateResponse
from openapi_spec_validator import OpenAPIV31SpecValidator
from openrouter import components, operations
from pydantic import BaseModel
from schemathesis import Case, Response
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig

from hcai_app.api import routes
from hcai_app.api.endpoints import ENDPOINTS
from hcai_app.api.openapi import document, offers
from hcai_app.settings import read_settings
from tests.harness.processes import TLS
from tests.harness.product import Product
from tests.harness.provider import Provider

ROOT = "/proxy/v1"
GIVEN = {
    "HCAI_SECRET_KEY": "a secret of the tests, long enough for it",
    "HCAI_BASE_URL": "https://ai.example.org/",
    "HCAI_LANGUAGE_MODELS": "openai/gpt-5-mini,qwen/qwen3-32b",
    "HCAI_HEARTBEAT_SECONDS": "0.3",
    "HCAI_CHAT_RATE_LIMIT": "1000000/minute",
    "HCAI_MODERATION_RATE_LIMIT": "1000000/minute",
}
DOCUMENT = document.build(ENDPOINTS, offers.offer_of(read_settings(GIVEN)))
OPERATIONS = {
    (method, path): operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
# What is odd deep inside a body may pass or be refused: neither is a fault.
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
)
# OPTIONS is the browsers' own question and has no place in the document.
UNEXPECTED = ["PUT", "DELETE", "PATCH", "TRACE"]


def described(*, is_thorough: bool) -> schemathesis.BaseSchema:
    """The document for schemathesis; when thorough, each of its borders is tried as well."""
    # Neither earlier answers nor our source may steer it: every run asks the same.
    blind = {"extra-data-sources": {"responses": False}}
    coverage = {"enabled": is_thorough, "unexpected-methods": UNEXPECTED, **blind}
    fuzzing = {"error-feedback": {"enabled": False}, **blind}
    config = {
        "seed": 1,
        "generation": {"deterministic": True, "with-security-parameters": False},
        "phases": {"examples": blind, "coverage": coverage, "fuzzing": fuzzing},
        "analysis": {"constants": {"enabled": False}},
        "checks": {"enabled": False, **{name: {"enabled": True} for name in CHECKS}},
    }
    given = SchemathesisConfig.from_dict(config)
    return schemathesis.openapi.from_dict(DOCUMENT, config=given)


everything = described(is_thorough=True)
private = described(is_thorough=False).exclude(
    lambda context: not context.operation.definition.raw["security"]
)


def bounded(examples: int) -> hypothesis:
    return hypothesis(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.filter_too_much,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ],
    )


def examples() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The path, the name and the body of every example of a request."""
    for (_, path), operation in OPERATIONS.items():
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        for name, example in content.get("examples", {}).items():
            yield path, name, example["value"]


def requests_to_try() -> Iterator[tuple[str, dict[str, Any]]]:
    """A request of every kind, whole and, where that can be, streamed."""
    firsts: dict[str, dict[str, Any]] = {}
    for path, _, body in examples():
        firsts.setdefault(path, body)
    for path, body in firsts.items():
        yield path, body
        if "text/event-stream" in OPERATIONS["post", path]["responses"]["200"]["content"]:
            yield path, {**body, "stream": True}


def request_examples() -> Iterator[Any]:
    """Every example of a request, with every way to send its key."""
    for path, name, body in examples():
        operation = OPERATIONS["post", path]
        for way in operation["security"]:
            (scheme,) = way
            label = f"{operation['operationId']}-{name}-{scheme}"
            yield pytest.param(path, body, scheme, id=label)


REQUESTS = list(requests_to_try())
UPSTREAM_PATHS = {"/images/generations": "/images"}
STATUSES = (400, 401, 402, 403, 404, 408, 413, 422, 429, 500, 502, 503, 504, 524, 529)
# The answers as openrouter, openai and anthropic for Python read them.
OFFICIAL: dict[str, type[BaseModel]] = {
    "ChatCompletion": components.ChatResult,
    "ChatChunk": components.ChatStreamChunk,
    "EmbeddingList": operations.CreateEmbeddingsResponseBody,
    "ResponsesAnswer": components.OpenResponsesResult,
    "MessagesAnswer": Message,
    "Completion": Completion,
    "ImageList": ImagesResponse,
    "ImageModelList": components.ImageModelsListResponse,
    "ImageModel": components.ImageModelListItem,
    "Moderation": ModerationCreateResponse,
    "Model": components.Model,
    "ModelList": components.ModelsListResponse,
    "EndpointsAnswer": components.ListEndpointsResponse,
    "KeyAnswer": operations.GetCurrentKeyData,
    "GenerationAnswer": components.GenerationResponseData,
}
# These speak of our account, not of the caller's.
OUR_ACCOUNT = {401: 502, 402: 502}
FAILURES: dict[str, dict[str, Any]] = {
    **{str(status): {"status": status} for status in STATUSES},
    "with-retry-after": {"status": 429, "retry_after": "date+60"},
    "page-of-html": {"status": 502, "html": True},
    "code-as-text": {"status": 400, "error_code": "server_error"},
    "only-an-error": {"only_error": 429},
    "after-a-heartbeat": {"status": 503, "before": 0.5},
    "error-on-the-way": {"error": 503, "after": 2},
    "cut-before": {"cut": "before_headers"},
    "cut-within": {"cut": "chunks"},
    "cut-within-a-line": {"cut": "line", "reset": True},
    "half-a-body": {"body": "half"},
    "no-body": {"body": "empty"},
    "no-end": {"no_done": True},
    "compressed": {"gzip": True},
}


@pytest.fixture(scope="module")
def served(
    provider_process: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    provider_process.reset()
    provider = {
        "OPENROUTER_API_KEY": "sk-or-v1-test",
        "OPENROUTER_BASE_URL": provider_process.base_url,
        "OPENAI_API_KEY": "sk-test",
        "OPENAI_BASE_URL": provider_process.base_url,
    }
    product = Product(tmp_path_factory.mktemp("openapi"), **GIVEN, **provider).start()
    yield product
    product.stop()


@pytest.fixture(scope="module")
def own_key(served: Product) -> str:
    return served.make_key("UOPENAPI", "--budget-usd", "100000")


@pytest.fixture(scope="module")
def caller(own_key: str) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {own_key}"
        yield session


@pytest.fixture(scope="module")
def stranger() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def described_as(name: str) -> dict[str, Any]:
    """The schema of what an answer is about, out of its envelope."""
    described = DOCUMENT["components"]["schemas"][name]
    if not name.endswith("Answer"):
        return described
    data = described["properties"].get("data", described)
    return described_as(data["$ref"].rpartition("/")[2]) if "$ref" in data else data


def assert_told(answer: Response) -> None:
    """An error tells its status once more in its body."""
    if answer.status_code >= 400:
        assert answer.json()["error"]["code"] == answer.status_code


def test_it_is_valid_openapi_3_1() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()
    assert DOCUMENT["openapi"].startswith("3.1")


def test_it_describes_every_route_and_no_other() -> None:
    served = {
        (method.lower(), path.removeprefix(ROOT))
        for path, methods in {**routes.ROUTES, **routes.PATTERN_ROUTES}.items()
        if path.startswith(f"{ROOT}/")
        for method in methods
    }
    assert set(OPERATIONS) == served


def test_every_operation_is_explained_and_says_how_it_may_fail() -> None:
    for name, operation in OPERATIONS.items():
        assert len(operation["summary"]) > 5, name
        assert len(operation["description"]) > 20, name
        assert {"200", "405", "500", "503"} <= operation["responses"].keys(), name
        assert ("401" in operation["responses"]) == bool(operation["security"]), name
        assert ("requestBody" in operation) == (name[0] == "post"), name


def test_every_request_has_an_example() -> None:
    assert {path for path, _, _ in examples()} == {
        path for way, path in OPERATIONS if way == "post"
    }


@pytest.mark.parametrize(("name", "model"), OFFICIAL.items(), ids=OFFICIAL)
def test_it_promises_what_the_official_clients_require(name: str, model: type[BaseModel]) -> None:
    needed = {field for field, given in model.model_fields.items() if given.is_required()}
    assert needed <= set(described_as(name)["required"])


def test_it_is_served_to_everybody_with_the_public_address(served: Product) -> None:
    answer = served.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == DOCUMENT
    assert answer.json()["servers"] == [{"url": "https://ai.example.org/proxy/v1"}]
    known = {"If-None-Match": answer.headers["etag"]}
    assert served.get("/openapi.json", headers=known).status_code == 304


def test_it_names_the_models_on_offer(served: Product) -> None:
    names = DOCUMENT["components"]["schemas"]["ChatModel"]["anyOf"][0]["enum"]
    assert names == [model["id"] for model in served.get("/models").json()["data"]]


@pytest.mark.parametrize(("path", "body", "scheme"), list(request_examples()))
def test_every_example_works(
    served: Product, own_key: str, path: str, body: dict[str, Any], scheme: str
) -> None:
    way = DOCUMENT["components"]["securitySchemes"][scheme]
    is_bearer = way["type"] == "http"
    headers = {"Authorization": f"Bearer {own_key}"} if is_bearer else {way["name"]: own_key}
    answer = httpx.post(served.base_url + path, json=body, headers=headers, timeout=60, verify=TLS)
    assert answer.status_code == 200, answer.text
    assert '"error":{' not in answer.text


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_no_failure_of_the_provider_is_outside_the_document(
    failure: dict[str, Any], served: Product, provider_process: Provider, caller: requests.Session
) -> None:
    provider_process.reset()
    for path, body in REQUESTS:
        provider_process.script(path=UPSTREAM_PATHS.get(path, path), **{"delay": 0, **failure})
        case = everything[path]["POST"].Case(body=body, media_type="application/json")
        answer = case.call(served.base_url, caller, timeout=30)
        case.validate_response(answer, excluded_checks=[not_a_server_error])
        assert_told(answer)
        if failure.keys() == {"status"}:
            assert answer.status_code == OUR_ACCOUNT.get(failure["status"], failure["status"])
    provider_process.reset()


def test_a_generation_is_as_described(served: Product, caller: requests.Session) -> None:
    path, body = REQUESTS[0]
    made = caller.post(served.base_url + path, json=body, timeout=30).json()
    case = everything["/generation"]["GET"].Case(query={"id": made["id"]})
    answer = case.call_and_validate(served.base_url, caller, timeout=30)
    assert answer.json()["data"]["id"] == made["id"]


@everything.parametrize()
@bounded(25)
def test_no_answer_is_outside_the_document(
    case: Case, served: Product, caller: requests.Session
) -> None:
    answer = case.call_and_validate(served.base_url, caller, timeout=30)
    # The provider behind these tests has no status of its own that `default` would be for.
    assert str(answer.status_code) in case.operation.definition.raw["responses"]
    assert_told(answer)


@private.parametrize()
@bounded(5)
def test_without_a_key_everything_of_somebodys_is_refused(
    case: Case, served: Product, stranger: requests.Session
) -> None:
    answer = case.call_and_validate(served.base_url, stranger, timeout=30)
    assert answer.status_code == 401
