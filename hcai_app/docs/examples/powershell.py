"""The call with curl, for PowerShell: quotes of a shell mean something else there.

It is made from the same method, endpoint and body. No test runs it: PowerShell is on no machine of
ours, so it is kept to one cmdlet and a here-string, which takes every quote as it is.
"""

from hcai_app.docs.examples.library import Example

TITLE = "PowerShell"
BASE = "{{base}}"


def of_example(example: Example) -> str:
    """Return an example's call, its places not filled in; empty where there is none with curl."""
    if not any(program.language == "curl" for program in example.programs):
        return ""
    return call(example.method, example.endpoint, example.body, needs_key=example.needs_key)


def call(method: str, endpoint: str, body: str | None, *, needs_key: bool) -> str:
    """Return a call that prints its answer as JSON."""
    options = [f'Invoke-RestMethod "{BASE}{endpoint}"']
    if method != "GET":
        options.append(f"-Method {method.capitalize()}")
    if needs_key:
        options.append('-Headers @{ Authorization = "Bearer $env:AI_KEY" }')
    text = ""
    if body is not None:
        text = f"$body = @'\n{body}\n'@\n"
        options.append('-ContentType "application/json; charset=utf-8" -Body $body')
    command = " `\n  ".join(options)
    return f"{text}{command} | ConvertTo-Json -Depth 20"
