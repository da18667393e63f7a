"""GitHub's secret scanning: its public keys, and messages that it has signed."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PATH = "/meta/public_keys/secret_scanning"


class GitHub:
    """Serves its public keys on a port of its own; `asked` counts who wanted them."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = {}
        self.asked = 0
        self.status = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked += self.path == PATH
                body = json.dumps(outer.listing()).encode()
                self.send_response(outer.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.add("first")

    def add(self, name: str, curve: ec.EllipticCurve | None = None) -> None:
        self.keys[name] = ec.generate_private_key(curve or ec.SECP256R1())

    def listing(self) -> dict[str, Any]:
        return {
            "public_keys": [
                {"key_identifier": name, "key": pem_of(key), "is_current": True}
                for name, key in self.keys.items()
            ]
        }

    def headers(self, body: bytes, name: str = "first") -> dict[str, str]:
        """What GitHub sends beside a body."""
        signature = self.keys[name].sign(body, ec.ECDSA(SHA256()))
        return {
            "Github-Public-Key-Identifier": name,
            "Github-Public-Key-Signature": base64.b64encode(signature).decode(),
            "Content-Type": "application/json",
        }

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def pem_of(key: Any) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
