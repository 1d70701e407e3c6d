"""The phone's side of a rotating code: for the service on behalf of phones without JavaScript, and for simulations."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voucher_service.signing import chain, voucher_code
from voucher_service.signing.errors import CodeOutsideSession
from voucher_service.signing.suites import SUITES
from voucher_service.signing.voucher_code import Header, RotatingCode

if TYPE_CHECKING:
    from datetime import datetime


class LiveSession(NamedTuple):
    """What a phone holds after log-in: its secret start value, and what the city signed."""

    y0: bytes
    header: Header
    signature: bytes

    @property
    def anchor(self) -> bytes:
        return chain.anchor_of(self.y0, self.header, SUITES[self.header.suite].digest)

    def code_at(self, moment: datetime) -> str:
        """Return the digits to show at `moment`; raises CodeOutsideSession before the start and from the end on."""
        header = self.header
        step = voucher_code.steps_since_epoch(moment) - header.start_minute * voucher_code.STEPS_A_MINUTE
        if not 0 <= step < header.steps:
            raise CodeOutsideSession
        return self.code_of_step(step)

    def code_of_step(self, step: int) -> str:
        header = self.header
        value = chain.value_at(self.y0, header.steps - 1 - step, header, SUITES[header.suite].digest)
        code = RotatingCode(header, header.to_bytes(), step % 256, value, self.signature)
        return voucher_code.to_digits(code.to_bytes())
