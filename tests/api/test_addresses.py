"""A request is bound to the addresses as the library would bind it, whatever host, path or scheme it came with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask, Request
from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder

from voucher_service.web.application import Service

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

PLAIN: dict[str, Any] = {"path": "/api/v1/redemptions"}
REQUESTS: dict[str, dict[str, Any]] = {
    "plain": PLAIN,
    "a query": {**PLAIN, "method": "POST", "query_string": "a=1&b=%E5%BC%A0"},
    "a query that is not UTF-8": {**PLAIN, "query_string": "a=%FF"},
    "TLS": {**PLAIN, "base_url": "https://voucher.example.cn"},
    "another port": {**PLAIN, "base_url": "http://127.0.0.1:8000"},
    "the usual port": {**PLAIN, "base_url": "https://voucher.example.cn:443"},
    "IPv6": {**PLAIN, "base_url": "http://[::1]:8000"},
    "below a folder": {**PLAIN, "base_url": "http://voucher.example.cn/service"},
    "below a Chinese folder": {**PLAIN, "base_url": "http://voucher.example.cn/培训/"},
    "the root": {"path": "/"},
    "Chinese": {"path": "/张三"},
    "slashes": {"path": "//api///v1/redemptions/"},
    "upper case": {**PLAIN, "headers": {"Host": "VOUCHER.Example.CN"}},
    "no host": {**PLAIN, "environ_overrides": {"HTTP_HOST": ""}},
    "a host with a space": {**PLAIN, "headers": {"Host": "a b"}},
    "a host with a long part": {**PLAIN, "headers": {"Host": "a" * 64 + ".cn"}},
    "a host with an empty part": {**PLAIN, "headers": {"Host": "a..cn"}},
    "a web socket": {**PLAIN, "headers": {"Connection": "Upgrade", "Upgrade": "websocket"}},
    "an upgrade to something else": {**PLAIN, "headers": {"Connection": "Upgrade", "Upgrade": "h2c"}},
}


@pytest.mark.parametrize("made", REQUESTS.values(), ids=REQUESTS)
def test_a_request_is_bound_as_the_library_binds_it(made: dict[str, Any]) -> None:
    environ = EnvironBuilder(**made).get_environ()
    assert _bound(Service("example"), environ) == _bound(Flask("example"), environ)


def _bound(app: Flask, environ: WSGIEnvironment) -> Any:
    """Return everything that binding decides; an HTTP error by its class."""
    request = Request(dict(environ))
    try:
        adapter = app.create_url_adapter(request)
    except HTTPException as refused:
        return type(refused)
    assert adapter is not None
    bound = {name: value for name, value in vars(adapter).items() if name != "map"}
    return request.host, bound | {"path_info": "/" + bound["path_info"].lstrip("/")}
