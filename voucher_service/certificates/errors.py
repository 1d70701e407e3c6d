"""What the certificates' stage refuses."""

from __future__ import annotations

from voucher_service.errors import Refusal


class CertificateNumberUsed(Refusal):
    code = "certificate_number_used"
    clause = "二(五)"
    zh = "这个证书编号已经登记过，或这张券已经有证书。"
    en = "This certificate number is registered already, or the voucher has a certificate."


class CertificateMismatch(Refusal):
    code = "certificate_mismatch"
    clause = "二(三)3"
    zh = "证书的 {field} 与班级不一致。"
    en = "The certificate's {field} is not the class's."


class CertificateOlderThanTraining(Refusal):
    code = "certificate_older_than_training"
    clause = "二(三)3"
    zh = "证书日期早于培训结束，不能兑现这张券。"
    en = "The certificate is older than the training's end."


class CertificateTooLate(Refusal):
    code = "certificate_too_late"
    clause = "二(五)"
    zh = "已过取证期限 {certify_by}，无证无价。"
    en = "The certificate deadline was {certify_by}: no certificate, no value."


class SamePersonVerifies(Refusal):
    code = "same_person_verifies"
    clause = "二(三)4"
    zh = "登记人不能自己核验。"
    en = "Whoever entered a certificate may not verify it."


class CertificateDecided(Refusal):
    code = "certificate_decided"
    zh = "这份证书已经核验过。"
    en = "This certificate has been decided already."
