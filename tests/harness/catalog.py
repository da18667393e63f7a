"""A provider that only has a catalogue: whatever a test wants to stand in it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Catalogue:
    """Serves lists of models on a free port of this machine."""

    def __init__(self, *models: dict[str, Any], status: int = 200) -> None:
        self.models = list(models)
        self.embedders: list[dict[str, Any]] = []
        self.status = status
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/api/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        catalogue = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                is_embedding = "/embeddings/" in self.path
                found = catalogue.embedders if is_embedding else catalogue.models
                body = json.dumps({"data": found}).encode()
                self.send_response(catalogue.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler
