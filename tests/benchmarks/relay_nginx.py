"""The yardstick in C: nginx with one worker, which keeps its connections and buffers nothing."""

import argparse
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

CONFIG = """
{user}
daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 16000; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream provider {{
    server {provider};
    keepalive 4096;
    keepalive_requests 100000000;
  }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    keepalive_requests 100000000;
    location / {{
      proxy_pass http://provider;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }}
  }}
}}
"""


def find() -> str | None:
    """Return where nginx is; None when it is not installed."""
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


def main() -> None:
    """Become nginx, in front of the provider that `BENCH_UPSTREAM` names."""
    parser = argparse.ArgumentParser(description="nginx as a bare relay")
    parser.add_argument("--port", type=int, required=True)
    nginx = find()
    if nginx is None:
        parser.error("nginx is not installed")
    folder = Path(tempfile.mkdtemp(prefix="nginx-"))
    file = folder / "nginx.conf"
    file.write_text(
        CONFIG.format(
            # Else its worker is a user who may not look into that folder.
            user="user root;" if os.geteuid() == 0 else "",
            folder=folder,
            provider=urlsplit(os.environ["BENCH_UPSTREAM"]).netloc,
            port=parser.parse_args().port,
        )
    )
    os.execv(nginx, [nginx, "-p", str(folder), "-e", "stderr", "-c", str(file)])  # noqa: S606


if __name__ == "__main__":
    main()
