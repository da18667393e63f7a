"""Clients of the providers, one folder each."""

import sys

# httpx' command line, which it does without where this is missing: it would bring Rich and Pygments
# into every worker, 5 MB.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
