import json
import os
import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = b"""<!doctype html>
<title>Raccoon names</title>
<button>Name a raccoon</button> <output></output>
<script>
  document.querySelector("button").onclick = async () => {
    const answer = await fetch("/name", { method: "POST" });
    document.querySelector("output").textContent = await answer.text();
  };
</script>"""


def new_name():
    request = urllib.request.Request(
        "{{base}}/chat/completions",
        headers={
            "Authorization": f"Bearer {os.environ['AI_KEY']}",  # stays on this server
            "Content-Type": "application/json",
        },
        data=json.dumps(
            {
                "model": "{{language_model}}",
                "messages": [{"role": "user", "content": "Invent one name for a raccoon."}],
                "max_tokens": 500,
            }
        ).encode(),
    )
    try:
        answer = urllib.request.urlopen(request, timeout=300)
    except urllib.error.HTTPError as refusal:
        answer = refusal  # its body says why
    with answer:
        told = json.load(answer)
    if "error" in told:
        raise OSError(told["error"]["message"])
    return told["choices"][0]["message"]["content"] or "No name today, sorry."


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(PAGE, "text/html")

    def do_POST(self):
        try:
            self.answer(new_name().encode(), "text/plain; charset=utf-8")
        except (OSError, ValueError) as error:
            print(error, file=sys.stderr)
            self.answer(b"No name today, sorry.", "text/plain")

    def answer(self, data, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(data)


server = ThreadingHTTPServer(("localhost", int(os.environ.get("PORT", "8080"))), Handler)
print(f"Open http://localhost:{server.server_port}", flush=True)
server.serve_forever()
