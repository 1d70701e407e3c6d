"""What the certificates' stage refuses."""

from __future__ import annotations

from voucher_service.calendar import RefusalInTime
from voucher_service.errors import Refusal


class CertificateNumberUsed(Refusal):
    code = "certificate_number_used"
    clause = "二(五)"
    zh = "这个发证机构的这个证书编号已经登记过。"
    en = "This number of this issuer is registered already."


class CertificateNumberEmpty(Refusal):
    code = "certificate_number_empty"
    status = 422
    zh = "证书编号里没有字母或数字。"
    en = "The certificate number has neither letters nor digits."


class VoucherHasCertificate(Refusal):
    code = "voucher_has_certificate"
    clause = "二(五)"
    zh = "这张券已登记一份证书，正在核验或已核验通过；核验未通过的，可以另行登记。"
    en = "The voucher has a certificate that waits for verification or passed it; only a refused one can be followed."


class CertificateMismatch(Refusal):
    code = "certificate_mismatch"
    clause = "二(三)3"
    zh = "证书的 {field} 与班级不一致。"
    en = "The certificate's {field} is not the class's."


class CertificateDateImpossible(Refusal):
    """`field` is examined_on or issued_on; a certificate of another century is a slip of the pen."""

    code = "certificate_date_impossible"
    status = 422
    zh = "{field} 的日期 {day} 不在 {first} 至 {last} 之间。"
    en = "{field} is {day}, which is not between {first} and {last}."


class CertificateInFuture(Refusal):
    code = "certificate_in_future"
    status = 422
    zh = "{field} 的日期 {day} 晚于今天 {today}。"
    en = "{field} is {day}, which is after today, {today}."


class CertificateBeforeExam(Refusal):
    code = "certificate_before_exam"
    status = 422
    clause = "二(三)3"
    zh = "发证日期 {issued_on} 早于考核日期 {examined_on}。"
    en = "The certificate was issued on {issued_on}, before the exam on {examined_on}."


class CertificateOlderThanTraining(Refusal):
    code = "certificate_older_than_training"
    clause = "二(三)3"
    zh = "考核日期 {examined_on} 早于培训结束日 {ends_on}，不能兑现这张券。"
    en = "The exam on {examined_on} was before the training's end on {ends_on}."


class CertificateTooLate(RefusalInTime):
    code = "certificate_too_late"
    clause = "二(五)"
    zh = "已过取证期限 {certify_by}，无证无价。"
    en = "The certificate deadline was {certify_by} (Beijing time): no certificate, no value."


class SamePersonVerifies(Refusal):
    code = "same_person_verifies"
    clause = "二(三)4"
    zh = "登记人不能自己核验。"
    en = "Whoever entered a certificate may not verify it."


class CertificateDecided(Refusal):
    code = "certificate_decided"
    zh = "这份证书已经核验过，结果是“{state}”。"
    en = "This certificate has been decided already: {state}."


class NotATrainee(Refusal):
    code = "not_a_trainee"
    status = 422
    clause = "二(三)3"
    zh = "不是这个班次的学员。"
    en = "Not a trainee of this class."


class CertificateRegistryUnavailable(Refusal):
    code = "certificate_registry_unavailable"
    status = 503
    zh = "证书登记系统没有给出可用的答复，请稍后再查，或由人工核验。"
    en = "The register of certificates gave no usable answer. Ask again later, or verify by hand."


class CertificateContradicted(Refusal):
    """`answer` is differs, with the names of the fields, or unknown."""

    code = "certificate_contradicted"
    clause = "二(三)3"
    zh = "证书登记系统的答复是“{answer}”{fields:（不一致的项：#）|}，不能核验为属实；可以再查一次。"
    en = "The register of certificates answered {answer}{fields: (differing: #)|}; ask it again before verifying."
