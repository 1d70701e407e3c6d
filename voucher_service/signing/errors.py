"""What a verifier answers when it turns a code down, one class an answer.

The first eleven stand in the order in which they are looked for; the last four are the redemption's and the signer's.
"""

from __future__ import annotations

from voucher_service.errors import Refusal


class CodeRefusal(Refusal):
    """A voucher code that this verifier does not accept."""

    status = 422


class CodeMalformed(CodeRefusal):
    """Not exactly 253, 212 or 63 ASCII digits, or a number too large for the bytes of that length."""

    code = "code_malformed"
    zh = "这不是培训券二维码，请重新扫描。"
    en = "This is not a voucher code; scan again."


class CodeUnsupported(CodeRefusal):
    """A version, type or suite that is not spoken here, or a type that does not have this length."""

    code = "code_unsupported"
    zh = "二维码的版本或类型不受支持，请更新扫码程序。"
    en = "The version or type of this code is not supported; update the scanner."


class CodeReservedBits(CodeRefusal):
    code = "code_reserved_bits"
    zh = "二维码含有未定义的标志位。"
    en = "The code sets flags that have no meaning."


class CodeUnknownKey(CodeRefusal):
    code = "code_unknown_key"
    zh = "签发密钥不在密钥目录中，请同步后再试。"
    en = "The signing key is not in the key directory; synchronise and try again."


class CodeSuiteMismatch(CodeRefusal):
    code = "code_suite_mismatch"
    zh = "二维码的算法与密钥目录登记的不一致。"
    en = "The code names another algorithm than the key directory does."


class CodeKeyRevoked(CodeRefusal):
    """The key is revoked, not yet in force, or no longer so."""

    code = "code_key_revoked"
    zh = "签发密钥已吊销或不在有效期内，请持券人重新打开培训券。"
    en = "The signing key is revoked or not in force; ask the holder to open the voucher again."


class CodeOutsideSession(CodeRefusal):
    code = "code_outside_session"
    zh = "二维码不在有效时段内，请持券人重新登录。"
    en = "The code's session has not begun or is over; ask the holder to log in again."


class CodeStale(CodeRefusal):
    code = "code_stale"
    zh = "二维码已过期（可能是截图），请出示实时刷新的二维码。"
    en = "The code is not of this moment, perhaps a screenshot; ask for the live one."


class CodeBadSignature(CodeRefusal):
    """The chain value, the header or the signature was altered, or another key signed it."""

    code = "code_bad_signature"
    zh = "二维码签名无效。"
    en = "The signature of this code is not valid."


class CodeVoucherRevoked(CodeRefusal):
    code = "code_voucher_revoked"
    zh = "这张培训券已被撤销。"
    en = "This voucher has been revoked."


class CodeNeedsList(CodeRefusal):
    """A list code carries no signature: it means something only against a list."""

    code = "code_needs_list"
    zh = "这种短码需要联网或已同步的名单才能核验。"
    en = "This short code can be verified only on line or against a synchronised list."


class CodeStaticNeedsPersonCheck(CodeRefusal):
    """A printed code redeems only with the identity card and a one-time code, on line."""

    code = "code_static_needs_person_check"
    zh = "纸质券须在线核验身份证并输入一次性验证码。"
    en = "A printed code needs the identity card and a one-time code, on line."


class HolderMismatch(CodeRefusal):
    """`differs` is what was found different first: id_mismatch, name_mismatch; whose the voucher is, nobody is told."""

    code = "holder_mismatch"
    clause = "二(五)"
    zh = "身份证件与持券人不符：公民身份号码和姓名都要与领券人的一致，培训券不得转让。"
    en = "The card is not the holder's: number and name have both to be; a voucher cannot be passed on."


class CodeAlreadyUsed(CodeRefusal):
    code = "code_already_used"
    status = 409
    zh = "这张培训券已经使用过。"
    en = "This voucher has already been used."


class SigningKeyMissing(Refusal):
    """No active key is in force, or its private half cannot be read here."""

    code = "signing_key_missing"
    status = 503
    zh = "暂时不能签发二维码：没有可用的签名密钥，请管理员运行 voucher-service keys create。"
    en = "No code can be signed: no usable signing key. The operator runs voucher-service keys create."
