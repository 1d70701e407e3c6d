"""Verifying a code at the moment that it proves, for scans that arrive hours after they were made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voucher_service.signing import voucher_code
from voucher_service.signing.errors import (
    CodeBadSignature,
    CodeNeedsList,
    CodeOutsideSession,
    CodeRefusal,
    CodeStaticNeedsPersonCheck,
)
from voucher_service.signing.verification import VerifiedCode, verify
from voucher_service.signing.voucher_code import RotatingCode, StaticCode

if TYPE_CHECKING:
    from voucher_service.signing.key_directory import KeyDirectory

STEPS_OF_A_BYTE = 256


def verify_at_its_step(digits: str, directory: KeyDirectory) -> VerifiedCode:
    """Verify a code as at the beginning of the step that it shows, whatever any clock says.

    A code names its step modulo 256 only; of the session's steps with that remainder the chain fits one. Raises the
    refusals of `verification.verify` without code_stale, and CodeStaticNeedsPersonCheck.
    """
    code = voucher_code.parse(digits)
    if isinstance(code, StaticCode):
        raise CodeStaticNeedsPersonCheck
    if not isinstance(code, RotatingCode):
        raise CodeNeedsList
    refusal: CodeRefusal = CodeOutsideSession()
    for step in range(code.step_byte, code.header.steps, STEPS_OF_A_BYTE):
        try:
            return verify(digits, directory, code.header.start + step * voucher_code.STEP, window=0)
        except CodeBadSignature as wrong:
            refusal = wrong
    raise refusal


def voucher_of(digits: str) -> int | None:
    """Return the voucher that a signed code names, without verifying anything; None for what names none."""
    try:
        code = voucher_code.parse(digits)
    except CodeRefusal:
        return None
    return code.header.voucher_id if isinstance(code, RotatingCode | StaticCode) else None
