"""Small builders for JSON Schema, so that the schemas beside this file read like tables."""

from typing import Any

Schema = dict[str, Any]
Members = dict[str, Schema]


def text(description: str = "", **keywords: Any) -> Schema:
    """Return the schema of a string."""
    return _typed("string", description, keywords)


def whole(description: str = "", **keywords: Any) -> Schema:
    """Return the schema of an integer."""
    return _typed("integer", description, keywords)


def number(description: str = "", **keywords: Any) -> Schema:
    """Return the schema of any number."""
    return _typed("number", description, keywords)


def truth(description: str = "") -> Schema:
    """Return the schema of a boolean."""
    return _typed("boolean", description, {})


def choice(*values: str, description: str = "") -> Schema:
    """Return the schema of an enum of strings."""
    return _typed("string", description, {"enum": list(values)})


def open_choice(*values: str, description: str = "") -> Schema:
    """Return the schema of an open enum: clients must accept other strings, too."""
    return _typed("string", description, {"examples": list(values)})


def constant(value: str) -> Schema:
    """Return the schema of one string."""
    return {"type": "string", "const": value}


def array(items: Schema, description: str = "", **keywords: Any) -> Schema:
    """Return the schema of a list."""
    return _typed("array", description, {"items": items, **keywords})


def members(
    required: Members, optional: Members | None = None, description: str = "", **keywords: Any
) -> Schema:
    """Return the schema of an object that allows additional properties."""
    shape: Schema = {"properties": {**required, **(optional or {})}}
    if required:
        shape["required"] = list(required)
    return _typed("object", description, {**shape, "additionalProperties": True, **keywords})


def anything(description: str = "") -> Schema:
    """Return the schema of an object relayed unchanged."""
    return _typed("object", description, {"additionalProperties": True})


def either(*schemas: Schema, description: str = "") -> Schema:
    """Return an `anyOf` of schemas."""
    return _described({"anyOf": list(schemas)}, description)


def event(payload: Schema, *names: str, has_end_mark: bool = False) -> Schema:
    """Return the schema of one server-sent event, whose data is JSON, or the stream's end mark."""
    data = text(contentMediaType="application/json", contentSchema=payload)
    data = either(constant("[DONE]"), data) if has_end_mark else data
    return members({"data": data}, {name: text() for name in names})


def nullable(schema: Schema) -> Schema:
    """Return a schema that also allows null."""
    if "type" not in schema or "enum" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


def ref(name: str, kind: str = "schemas") -> Schema:
    """Return a reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def _typed(name: str, description: str, keywords: Schema) -> Schema:
    return _described({"type": name, **keywords}, description)


def _described(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description} if description else schema
