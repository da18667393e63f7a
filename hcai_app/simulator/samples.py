"""Sample values for a JSON schema: arguments of tool calls, structured answers."""

from typing import Any

MAX_DEPTH = 8


def sample(schema: Any, root: dict[str, Any] | None = None, depth: int = 0) -> Any:
    """Return a small value for a schema, always the same."""
    if not isinstance(schema, dict) or depth > MAX_DEPTH:
        return None
    root = schema if root is None else root
    if "$ref" in schema:
        return sample(_target(str(schema["$ref"]), root), root, depth + 1)
    for given in ("const", "default"):
        if given in schema:
            return schema[given]
    if schema.get("enum"):
        return schema["enum"][0]
    for options in ("anyOf", "oneOf", "allOf"):
        if schema.get(options):
            return sample(schema[options][0], root, depth + 1)
    return _by_type(schema, root, depth)


def _by_type(schema: dict[str, Any], root: dict[str, Any], depth: int) -> Any:
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    match kind:
        case "string":
            return "simulated".ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "null":
            return None
        case "array":
            count = max(schema.get("minItems", 1), 1)
            return [sample(schema.get("items", {}), root, depth + 1)] * count
    properties = schema.get("properties", {})
    return {name: sample(part, root, depth + 1) for name, part in properties.items()}


def _target(reference: str, root: dict[str, Any]) -> Any:
    found: Any = root
    for step in reference.removeprefix("#/").split("/"):
        found = found.get(step, {}) if isinstance(found, dict) else {}
    return found
