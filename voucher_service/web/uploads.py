"""Views that take a file: only they read a larger body, and what they read never lies on disk in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from flask.globals import request_ctx

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

View = TypeVar("View", bound="Callable[..., Any]")

FORM_BYTES = 64 * 1024
"""What a form may carry besides its file."""


def takes_file(bytes_max: int) -> Callable[[View], View]:
    """Declare that a view takes a file of at most so many bytes."""

    def declare(view: View) -> View:
        view.body_bytes_max = bytes_max + FORM_BYTES  # type: ignore[attr-defined]
        return view

    return declare


def register_uploads(app: Flask) -> None:
    """Set each request's limit before anything reads a body: the check of a form's origin does."""
    app.before_request(_limit)


def _limit() -> None:
    asked, app = request_ctx.request, request_ctx.app
    view = app.view_functions.get(asked.endpoint or "")
    asked.max_content_length = getattr(view, "body_bytes_max", app.config["MAX_CONTENT_LENGTH"])
