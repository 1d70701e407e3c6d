"""Whom a request is from and how it came, as the proxy on this machine says it, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from voucher_service.web.forwarded import believe_proxy

CALLER = "198.51.100.7"


def heard(address: str, **said: str) -> tuple[Any, Any]:
    environ: dict[str, Any] = {"REMOTE_ADDR": address, "wsgi.url_scheme": "http"}
    environ.update({f"HTTP_X_FORWARDED_{name.upper()}": value for name, value in said.items()})
    believe_proxy(environ)
    return environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]


@pytest.mark.parametrize("proxy", ["127.0.0.1", "::1"])
def test_the_proxy_of_this_machine_is_believed(proxy: str) -> None:
    assert heard(proxy, **{"for": CALLER, "proto": "https"}) == (CALLER, "https")
    assert heard(proxy, **{"for": "2001:db8::7", "proto": "http"}) == ("2001:db8::7", "http")


@pytest.mark.parametrize("stranger", ["198.51.100.1", "127.0.0.2", "10.0.0.1"])
def test_a_stranger_is_not(stranger: str) -> None:
    assert heard(stranger, **{"for": "127.0.0.1", "proto": "https"}) == (stranger, "http")


@pytest.mark.parametrize("unclear", ["", "nobody", "198.51.100.7, 127.0.0.1", "198.51.100.7:80", "1" * 5000])
def test_what_is_no_address_is_not_taken(unclear: str) -> None:
    assert heard("127.0.0.1", **{"for": unclear, "proto": "https"}) == ("127.0.0.1", "http")


def test_without_a_proxy_nothing_changes() -> None:
    assert heard("127.0.0.1") == ("127.0.0.1", "http")
    assert heard("127.0.0.1", **{"for": CALLER, "proto": "gopher"}) == (CALLER, "http")
    assert heard("127.0.0.1", proto="https") == ("127.0.0.1", "http")
