"""How a request over HTTP fails.

```
HttpClientError
├─ CannotConnectError  no connection came about: nothing was sent
└─ BrokenOffError      the connection broke, or what came over it is no answer
   └─ UnseenError      it closed before a byte of the request had arrived: it may be sent again
```
"""


class HttpClientError(Exception):
    """A request failed."""


class CannotConnectError(HttpClientError):
    """No connection came about, so nothing was sent."""


class BrokenOffError(HttpClientError):
    """The connection broke before the answer was whole, or what came is not HTTP."""


class UnseenError(BrokenOffError):
    """The server closed an idle connection before a byte of the request had arrived."""
