"""What signing in refuses. What is recorded and does not count is no refusal: it carries flags."""

from __future__ import annotations

from voucher_service.errors import Refusal


class NotOfThisClass(Refusal):
    code = "not_of_this_class"
    status = 422
    zh = "名单里有 {unknown} 人不在这个班，或其核销已撤销；没有登记任何人。"
    en = "{unknown} on the list are not, or no longer, in this class; nobody was recorded."


class NoClassToSignInto(Refusal):
    code = "no_class_to_sign_into"
    status = 422
    zh = "您没有在读的班次，或屏幕上没有这组数字；请在教室看着屏幕重新输入。"
    en = "You are in no class, or no screen of your class shows these digits; type what the screen in the room shows."


class TooManyWrongDigits(Refusal):
    """Whoever guesses is stopped; the picture, the face device and the clerk still sign the trainee in."""

    code = "too_many_wrong_digits"
    status = 429
    zh = "第{session_no}次课您已输错 {wrong} 次（上限 {wrong_max} 次），本次课不能再输数字；请扫码，或请机构登记。"
    en = (
        "You typed wrong digits {wrong} times for session {session_no} (at most {wrong_max}) and can type no more for "
        "it; scan the code on the screen, or ask the institution to record you."
    )


class SignInNonceInvalid(Refusal):
    """The nonce was not drawn for this log-in session of this holder."""

    code = "sign_in_nonce_invalid"
    status = 422
    zh = "签到凭据不是本次登录取得的，请在自己的手机上重新打开签到页面。"
    en = "The sign-in nonce was not drawn for this log-in; open the sign-in page on your own phone again."


class SignInNonceStale(Refusal):
    code = "sign_in_nonce_stale"
    status = 422
    zh = "签到页面打开已超过 {seconds} 秒，请重新打开。"
    en = "The sign-in page was opened more than {seconds} seconds ago; open it again."


class SignInNonceUsed(Refusal):
    code = "sign_in_nonce_used"
    zh = "这次签到已经提交过，不用再点。"
    en = "This sign-in nonce was used already; each is good for one sign-in."


class CodeOrDigits(Refusal):
    code = "code_or_digits"
    status = 422
    zh = "请扫码或输入 8 位数字，两者选一。"
    en = "Give the scanned code or the eight digits, one of the two."


class FaceRecordMalformed(Refusal):
    code = "face_record_malformed"
    status = 422
    zh = "第 {position} 条人脸记录无法读取，没有收下任何记录。"
    en = "Face record {position} cannot be read; nothing was taken in."


class FaceRecordForged(Refusal):
    """The signature is not the device's, or the record is another device's or of another class."""

    code = "face_record_forged"
    status = 422
    zh = "第 {position} 条人脸记录不是这台设备为这个班签名的，没有收下任何记录。"
    en = "Face record {position} was not signed by this device for this class; nothing was taken in."


class SignInSettled(Refusal):
    code = "sign_in_settled"
    zh = "这条签到当前状态是“{state}”，不能进行这一步。"
    en = "The sign-in is {state}, from which this step does not lead on."
