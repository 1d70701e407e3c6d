"""The register of certificates, as a port: what it says of one number of one issuer.

Only issuer and number are sent; whose certificate it is, is compared here. The local one works without the outside and
is for trial only.
"""

from __future__ import annotations

import json
import queue
import threading
import time
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Protocol, cast

import urllib3
from flask import current_app

from voucher_service.certificates.errors import CertificateRegistryUnavailable
from voucher_service.web import strict_json

CONNECT_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 5.0
"""For all of an answer, however slowly its bytes drip."""

ANSWER_BYTES_MAX: Final = 16 * 1024
_OK: Final = 200
_TEXTS: Final = ("name", "id_number", "occupation", "level", "certificate_type")
_TEXT_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Record:
    """A certificate as a register has it. Its repr shows nobody."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    occupation: str
    """By code or by name."""
    level: str
    certificate_type: str
    examined_on: date
    issued_on: date


class CertificateRegistry(Protocol):
    def look_up(self, issuer: str, number: str, entered: Record) -> Record | None:
        """What the register has under a number, None if nothing. Refuses with CertificateRegistryUnavailable.

        `entered` is what the institution says, for a register that can only agree.
        """


class LocalRegistry:
    """Believes every certificate just as it was entered."""

    def look_up(self, issuer: str, number: str, entered: Record) -> Record:  # noqa: ARG002 - the port's signature
        return entered


class HttpRegistry:
    """Asks `url` by POST with `{"issuer": …, "number": …}`.

    It answers 200 with `{"found": false}`, or `{"found": true}` and every member of Record, days as YYYY-MM-DD.
    Anything else, too slow, too large, redirected or half, is no answer.
    """

    def __init__(self, url: str, token: str | None = None, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._url = url
        self._headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        self._seconds = answer_seconds
        self._pool = urllib3.PoolManager(
            retries=False, timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=answer_seconds)
        )

    def look_up(self, issuer: str, number: str, entered: Record) -> Record | None:  # noqa: ARG002 - only a local one needs it
        answer: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        asking = threading.Thread(target=self._ask, args=(issuer, number, answer), daemon=True)
        asking.start()
        try:
            # A thread of its own, because a library's time-out begins anew with every byte that drips in.
            body = answer.get(timeout=self._seconds + CONNECT_SECONDS)
        except queue.Empty:
            raise CertificateRegistryUnavailable from None
        if body is None:
            raise CertificateRegistryUnavailable
        return _record_in(body)

    def _ask(self, issuer: str, number: str, answer: queue.SimpleQueue[bytes | None]) -> None:
        try:
            answer.put(self._answer(json.dumps({"issuer": issuer, "number": number}).encode()))
        except (urllib3.exceptions.HTTPError, OSError, ValueError):
            answer.put(None)

    def _answer(self, asked: bytes) -> bytes | None:
        until = time.monotonic() + self._seconds
        response = self._pool.request(
            "POST", self._url, body=asked, headers=self._headers, redirect=False, preload_content=False
        )
        try:
            body = b""
            while piece := response.read1(ANSWER_BYTES_MAX, decode_content=False):
                body += piece
                if len(body) > ANSWER_BYTES_MAX or time.monotonic() > until:
                    return None
            return body if response.status == _OK else None
        finally:
            response.close()


def certificate_registry() -> CertificateRegistry:
    """The register in `app.extensions["certificate_registry"]`, at the settings' address, or for a trial the local one.

    Refuses with CertificateRegistryUnavailable.
    """
    extensions = current_app.extensions
    if "certificate_registry" not in extensions:
        settings = extensions["settings"]
        if settings.certificate_registry_url:
            url, token = settings.certificate_registry_url, settings.certificate_registry_token
            extensions["certificate_registry"] = HttpRegistry(url, token)
        elif settings.is_demo:
            extensions["certificate_registry"] = LocalRegistry()
        else:
            raise CertificateRegistryUnavailable
    return cast("CertificateRegistry", extensions["certificate_registry"])


def _record_in(body: bytes) -> Record | None:
    try:
        said = strict_json.loads(body)
        if not isinstance(said, dict) or not isinstance(said.get("found"), bool):
            raise CertificateRegistryUnavailable
        return _record(said) if said["found"] else None
    except (ValueError, KeyError, TypeError):
        raise CertificateRegistryUnavailable from None


def _record(said: dict[str, Any]) -> Record:
    texts = {name: said[name] for name in _TEXTS}
    if not all(isinstance(text, str) and len(text) <= _TEXT_MAX for text in texts.values()):
        raise CertificateRegistryUnavailable
    examined_on, issued_on = (date.fromisoformat(said[name]) for name in ("examined_on", "issued_on"))
    return Record(**texts, examined_on=examined_on, issued_on=issued_on)
