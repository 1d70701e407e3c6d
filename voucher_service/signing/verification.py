"""Is this code genuine, of this moment, and of a voucher that stands? Cheap questions first.

Whether the voucher was used before, and whether a printed code may redeem, are the ledger's questions.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from voucher_service.identifiers import to_hex
from voucher_service.signing import chain, holder_tag, voucher_code
from voucher_service.signing.errors import (
    CodeBadSignature,
    CodeMalformed,
    CodeNeedsList,
    CodeOutsideSession,
    CodeRefusal,
    CodeStale,
    CodeUnsupported,
    CodeVoucherRevoked,
)
from voucher_service.signing.holder_tag import HolderMatch
from voucher_service.signing.key_directory import write_instant
from voucher_service.signing.voucher_code import CodeType, RotatingCode, StaticCode

if TYPE_CHECKING:
    from voucher_service.signing.chain import SeenChains
    from voucher_service.signing.key_directory import KeyDirectory, PublicKey

ONLINE_WINDOW: Final = 1
"""Steps that a code may lie before or after the server's own step."""
OFFLINE_WINDOW: Final = 4
"""As above, for a device whose clock nobody corrects."""


class VerifiedCode(NamedTuple):
    """A code that passed every question; times are UTC, ids signed 64-bit."""

    code_type: CodeType
    voucher_id: int
    programme_number: int
    kid: int
    step: int | None
    """Step of the session, from 0; None for a static code."""
    session_start: datetime
    session_tag: int | None
    """First 8 bytes of the anchor, to compare with the registered session; None for a static code."""
    amount_yuan: int
    flags: int
    holder_tag: bytes
    clock_suspect: bool
    """The code lay outside the on-line window: the device's clock or the phone's is off."""

    @property
    def step_at(self) -> datetime | None:
        """When the shown step began."""
        return None if self.step is None else self.session_start + self.step * voucher_code.STEP

    @property
    def is_sandbox(self) -> bool:
        return bool(self.flags & voucher_code.SANDBOX)

    @property
    def needs_on_site_check(self) -> bool:
        return bool(self.flags & voucher_code.ON_SITE_CHECK)

    @property
    def redeems_alone(self) -> bool:
        """A printed code never does: it needs the card and a one-time code, on line."""
        return self.code_type is CodeType.ROTATING


def verify(
    digits: str,
    directory: KeyDirectory,
    at: datetime,
    window: int = ONLINE_WINDOW,
    seen: SeenChains | None = None,
) -> VerifiedCode:
    """Verify one code at the aware moment `at`; `seen` saves hashing for sessions that come again.

    Raises, first match in this order: CodeMalformed, CodeUnsupported, CodeReservedBits, CodeUnknownKey,
    CodeSuiteMismatch, CodeKeyRevoked, CodeOutsideSession, CodeStale, CodeBadSignature, CodeVoucherRevoked; and
    CodeNeedsList for a list code, which has no signature to ask about.
    """
    code = voucher_code.parse(digits)
    if type(code) is RotatingCode:
        return _verify_rotating(code, directory, at, window, seen)
    if type(code) is StaticCode:
        return _verify_static(code, directory, at)
    raise CodeNeedsList


def _verify_rotating(
    code: RotatingCode, directory: KeyDirectory, at: datetime, window: int, seen: SeenChains | None
) -> VerifiedCode:
    header = code.header
    key = directory.key_for(header.kid, header.suite, at)
    if not 1 <= header.lifetime <= voucher_code.ROTATING_HOURS_MAX:
        raise CodeOutsideSession
    steps = header.steps
    now_step = _step_in_session(header, steps, at)
    step = _shown_step(code.step_byte, now_step, steps, window)
    index = steps - 1 - step
    anchor = _anchor_of(code, index, steps, key, seen)
    _check_signature(key, code.signature, voucher_code.rotating_message(code.signed_header, anchor))
    if seen is not None:
        seen.remember(code.signed_header, code.value, index, anchor)
    _check_not_revoked(header.voucher_id, directory)
    return VerifiedCode(
        CodeType.ROTATING,
        header.voucher_id,
        header.programme_number,
        header.kid,
        step,
        header.start,
        int.from_bytes(anchor[:8], signed=True),
        header.amount_yuan,
        header.flags,
        header.holder_tag,
        abs(step - now_step) > ONLINE_WINDOW,
    )


def _verify_static(code: StaticCode, directory: KeyDirectory, at: datetime) -> VerifiedCode:
    header = code.header
    key = directory.key_for(header.kid, header.suite, at)
    _step_in_session(header, header.steps, at)
    _check_signature(key, code.signature, voucher_code.static_message(code.signed_header))
    _check_not_revoked(header.voucher_id, directory)
    return VerifiedCode(
        CodeType.STATIC,
        header.voucher_id,
        header.programme_number,
        header.kid,
        None,
        header.start,
        None,
        header.amount_yuan,
        header.flags,
        header.holder_tag,
        clock_suspect=False,
    )


def _step_in_session(header: voucher_code.Header, steps: int, at: datetime) -> int:
    """Return the step that `at` falls in; half-open, so that the end is outside. A lifetime of 0 holds no step."""
    now_step = voucher_code.steps_since_epoch(at) - header.start_minute * voucher_code.STEPS_A_MINUTE
    if not 0 <= now_step < steps:
        raise CodeOutsideSession
    return now_step


def _shown_step(step_byte: int, now_step: int, steps: int, window: int) -> int:
    """Return the one step of the session within the window that ends in `step_byte`."""
    late = (now_step - step_byte + 128) % 256 - 128
    step = now_step - late
    if abs(late) > window or not 0 <= step < steps:
        raise CodeStale
    return step


def _anchor_of(code: RotatingCode, index: int, steps: int, key: PublicKey, seen: SeenChains | None) -> bytes:
    """Return the anchor that the shown value leads to, over a link seen before where there is one."""
    prefix, digest = chain.link_prefix(code.signed_header), key.suite.digest
    if seen is not None:
        known = seen.anchor_from(code.signed_header, code.value, index, prefix, digest)
        if known is not None:
            return known
    return chain.walk(code.value, index, steps, prefix, digest)


def _check_signature(key: PublicKey, signature: bytes, message: bytes) -> None:
    if key.verifies is None:
        raise CodeUnsupported
    if not key.verifies(signature, message):
        raise CodeBadSignature


def _check_not_revoked(voucher_id: int, directory: KeyDirectory) -> None:
    if voucher_id in directory.revoked_vouchers:
        raise CodeVoucherRevoked


def match_holder(code: VerifiedCode, directory: KeyDirectory, id_number: str, name: str) -> HolderMatch:
    """Hold an identity card against a verified code; unchecked where the directory has no bind key."""
    key = directory.keys[code.kid]
    if key.bind_key is None:
        return HolderMatch.UNCHECKED
    return holder_tag.compare(key.suite, key.bind_key, code.voucher_id, code.holder_tag, id_number=id_number, name=name)


def judge(
    line: bytes | str,
    directory: KeyDirectory,
    at: datetime,
    offline: bool = False,  # noqa: FBT001, FBT002 - the contract's flag, in the contract's place
    *,
    id_number: str | None = None,
    name: str | None = None,
) -> dict[str, Any]:
    """Judge one line of input, whatever it holds, as other programs' verifiers do; raises nothing.

    Returns {"verdict": "ok", …} or {"verdict": "<refusal code>"}. Only the line's terminator, LF or CR LF, is no part
    of the code. The card is compared when both `id_number` and `name` are given.
    """
    window = OFFLINE_WINDOW if offline else ONLINE_WINDOW
    try:
        code = verify(_digits_of(line), directory, at, window)
    except CodeRefusal as refusal:
        return {"verdict": refusal.code}
    given = id_number is not None and name is not None
    holder = match_holder(code, directory, id_number or "", name or "") if given else HolderMatch.UNCHECKED
    return {
        "verdict": "ok",
        "type": code.code_type.letter,
        "kid": code.kid,
        "voucher": to_hex(code.voucher_id),
        "programme": code.programme_number,
        "step": code.step,
        "issued_at": write_instant(code.session_start),
        "amount_yuan": code.amount_yuan,
        "holder": holder.value,
        "clock_suspect": code.clock_suspect,
    }


def _digits_of(line: bytes | str) -> str:
    """Return the line's text without its terminator; bytes that are no ASCII raise CodeMalformed."""
    if isinstance(line, bytes):
        try:
            line = line.decode("ascii")
        except UnicodeDecodeError:
            raise CodeMalformed from None
    return line.removesuffix("\n").removesuffix("\r") if line.endswith("\n") else line
