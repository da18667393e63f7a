"""What a load process is told to do, and what it reports."""

import json
from dataclasses import dataclass, field

from tests.benchmarks.answers import MODEL

COOKIE = "hcai_session"


@dataclass(frozen=True)
class Job:
    """One measurement of one target; `calls` or `seconds` ends it."""

    port: int
    path: str
    pid: int
    clients: int
    keys: list[str]
    chunks: int = 0
    delay_ms: int = 0
    calls: int = 0
    seconds: float = 0
    warm_calls: int = 0
    is_embeddings: bool = False
    is_page: bool = False  # one of ours: `keys` are the cookies of sessions

    def requests(self, chunks: int) -> list[bytes]:
        """Write one ready request per key."""
        body = json.dumps(self._question(chunks)).encode()
        return [self._request(key, body) for key in self.keys]

    def _question(self, chunks: int) -> dict[str, object]:
        if self.is_embeddings:
            return {"model": MODEL, "input": ["Say something."] * 20}
        content = f"chunks={chunks} delay={self.delay_ms}" if chunks else "Say something."
        message = {"role": "user", "content": content}
        streaming = {"stream": True, "stream_options": {"include_usage": True}} if chunks else {}
        return {"model": MODEL, "messages": [message], "max_tokens": 64, **streaming}

    def _request(self, key: str, body: bytes) -> bytes:
        host = f"127.0.0.1:{self.port}"
        own = f"Origin: http://{host}\r\nCookie: {COOKIE}={key}"
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: {host}\r\n"
            f"{own if self.is_page else f'Authorization: Bearer {key}'}\r\n"
            f"Content-Type: application/json\r\n"
            f"User-Agent: hcai-bench\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


@dataclass
class Result:
    """The figures of one measurement."""

    answered: int
    failed: int
    calls_per_s: float
    chunks_per_s: float
    cpu_per_1000: float
    p50_ms: float
    p99_ms: float
    first_p50_ms: float
    first_p99_ms: float
    gap_ms: float  # the largest between two chunks of a stream
    answered_warm: int = 0
    faults: list[str] = field(default_factory=list)
