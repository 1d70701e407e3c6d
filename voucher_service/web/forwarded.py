"""What the proxy on this machine says of a request: whom it is from, and that it came by TLS.

Without it every caller would seem to be the proxy, no answer would ask for TLS to be kept, and the address in the
picture on a class's screen would lead a phone to send the code in clear first.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

PROXIES: Final = frozenset({"127.0.0.1", "::1"})
"""Where nginx speaks to the service from; what anybody else says about themselves counts for nothing."""


def believe_proxy(environ: WSGIEnvironment) -> None:
    """Take address and scheme from a proxy of this machine, if it states them; what is no address is not taken."""
    if environ.get("REMOTE_ADDR") not in PROXIES or "HTTP_X_FORWARDED_FOR" not in environ:
        return
    try:
        environ["REMOTE_ADDR"] = str(ip_address(environ["HTTP_X_FORWARDED_FOR"].strip()))
    except ValueError:
        return
    if environ.get("HTTP_X_FORWARDED_PROTO") == "https":
        environ["wsgi.url_scheme"] = "https"
