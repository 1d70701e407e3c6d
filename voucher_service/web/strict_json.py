"""JSON as this service accepts it: no duplicate keys, no NaN, no lone surrogate, no NUL, bounded depth.

Each of these is legal for some parser and means something else to the next one (RFC 8259 section 9 leaves it open),
so a signed or hashed request could be read in two ways. Source of the list: OWASP ASVS 5.0, 1.5.3 and 2.2.1.
"""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any, NoReturn

import flask_smorest
from flask import Request
from flask.globals import request_ctx
from marshmallow import Schema
from webargs import missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest

DEPTH_MAX = 20
_UNSPEAKABLE = re.compile("[\x00\ud800-\udfff]")
_ESCAPED_UNSPEAKABLE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
"""How JSON spells one. What was UTF-8 holds no surrogate and the parser takes no bare NUL: only an escape brings it."""


class StrictRequest(Request):
    """A request whose JSON body is read strictly; what is wrong with it is answered with 400.

    An uploaded file stays in memory, whose size the limit of the body bounds: a temporary file could outlive a crash.
    """

    def _get_file_stream(self, *_: object, **__: object) -> BytesIO:
        return BytesIO()

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: FBT001, FBT002
        """Return the parsed body, or None when the request has none. Raises BadRequest (400)."""
        del force, cache
        if not self.is_json and not self.get_data(cache=True):
            return None
        try:
            return loads(self.get_data(cache=True))
        except ValueError as error:
            if silent:
                return None
            raise BadRequest(f"malformed JSON: {error}") from error


class StrictParser(FlaskParser):
    """Takes a view's arguments from the strictly read body, where the library would read it once more its own way."""

    def get_default_request(self) -> Request:
        """Return the request itself, where the library would go on looking it up."""
        return request_ctx.request

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002
        return req.get_json() if req.is_json else missing

    def use_args(self, argmap: Any, *args: Any, **kwargs: Any) -> Any:
        """Make the schema once, where the library would make one for each request."""
        schema = argmap() if isinstance(argmap, type) else argmap
        return super().use_args(schema, *args, **kwargs)


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """A stage's routes, whose JSON bodies are read strictly."""

    ARGUMENTS_PARSER = StrictParser()


def loads(body: bytes) -> Any:
    """Parse UTF-8 JSON strictly; raises ValueError with a sentence about what is wrong."""
    try:
        text = body.decode("utf-8")
        value = _DECODER.decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if _ESCAPED_UNSPEAKABLE.search(text) or text.count("[") + text.count("{") > DEPTH_MAX:
        _inspect(value, DEPTH_MAX)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)


def _inspect(value: Any, depth_left: int) -> None:
    if depth_left == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        if _UNSPEAKABLE.search(value):
            raise ValueError("a string holds a NUL or a lone surrogate")
    elif isinstance(value, dict):
        for key, item in value.items():
            _inspect(key, depth_left - 1)
            _inspect(item, depth_left - 1)
    elif isinstance(value, list):
        for item in value:
            _inspect(item, depth_left - 1)
