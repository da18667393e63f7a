"""What each example prints, and what it leaves in the ledger."""

from dataclasses import dataclass

ANSWER = "simulated answer"
CHAT = "/chat/completions"


@dataclass(frozen=True, slots=True)
class Expected:
    """`says` is a pattern of what every program prints; where curl shows the JSON, `curl` is."""

    says: str
    curl: str = ""
    calls: int = 1  # rows that each program leaves; 0: the endpoint leaves none
    curl_calls: int = 1
    outcome: str = "completed"
    file: str = ""  # that each program writes, a picture
    endpoint: str = ""  # in the ledger, where it is not the example's


EXPECTED = {
    "chat": Expected(ANSWER, r'"object":\s*"chat\.completion"'),
    "stream": Expected(ANSWER, r"data: \[DONE\]\s*\Z"),
    "talk": Expected(rf"(?s){ANSWER}.*{ANSWER}", ANSWER, calls=2),
    "tools": Expected(
        rf'(?s)get_weather\{{"city": "simulated"\}}: It rains in simulated\..*{ANSWER}',
        r'"finish_reason":\s*"tool_calls"',
        calls=2,
    ),
    "json": Expected("simulated is 1 and loves simulated", r'\\"name\\"'),
    "reasoning": Expected(
        rf"(?s)Thought: This is simulated reasoning.*Answer: .*{ANSWER}", "simulated reasoning"
    ),
    "cancel": Expected("This is a simulated answer", outcome="client_closed"),
    "draw": Expected("Look at grass-0.png", "data:image/png;base64,", file="grass-0.png"),
    "image": Expected("Look at raccoon.png", r"\A\Z", file="raccoon.png"),
    "look": Expected(ANSWER, ANSWER),
    "look-file": Expected(ANSWER),
    "pdf-link": Expected("", "simulated text of bitcoin.pdf"),
    "pdf-file": Expected(ANSWER),
    "pdf-again": Expected(rf"(?s){ANSWER}.*{ANSWER}", calls=2),
    "embedding": Expected(r"(?s)\A\d{3,} numbers.*\n\d{3,} numbers", r'"index":\s*1'),
    "similar": Expected(r"(?s)\A1\.00 a raccoon in the trash\n.*maths"),
    "completion": Expected(ANSWER, ANSWER),
    "responses": Expected(ANSWER, ANSWER),
    "responses-stream": Expected(ANSWER, "event: response.completed|response.completed"),
    "messages": Expected(ANSWER, ANSWER),
    "messages-stream": Expected(ANSWER),
    "moderation": Expected(r"(?s)Flagged.*0\.97\d+ violence", r'"flagged":\s*true', 0, 0),
    "moderation-image": Expected("", r'"image"', 0, 0),
    "models": Expected("qwen/qwen3-32b", r'"id":\s*"qwen/qwen3-32b"', 0, 0),
    "embedding-models": Expected("", r'"id":\s*"qwen/qwen3-embedding-8b"', 0, 0),
    "model-endpoints": Expected("", r'"endpoints":\s*\[\s*\{', 0, 0),
    "stats": Expected(r"\A\d+ calls, \d+ tokens", r'"totalRequests":\s*\d', 0, 0),
    "key": Expected(r"\A\$4\.0000 of \$4\.00 are left", r'"limit_remaining":\s*4', 0, 0),
    "generation": Expected(r"\Agen-\S+ has cost \d", endpoint=CHAT),
    "errors": Expected(ANSWER),
    "ai-sdk": Expected(rf"(?s){ANSWER}.*{ANSWER}", calls=2),
    "limits": Expected(
        rf"(?s)\A\d+ of 150 calls are left; a place gets free in 1\d\d\d s\n.*{ANSWER}",
        "(?i)x-ratelimit-remaining: 1[45][0-9]",
    ),
    "discord": Expected(rf"\Atyping …\nreply: .*{ANSWER}"),
    "web-page": Expected(ANSWER),
    "character": Expected(rf"(?s)blocks the bridge.*Grumbles: .*{ANSWER}"),
    "quiz": Expected(r"(?s)simulated\n  1\. simulated\n.*Right! simulated\n\n1 of 1"),
}
