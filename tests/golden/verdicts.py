"""What can be said of a code; vectors and mutations have to bring forth each of them."""

VERDICTS = {
    "ok",
    "code_malformed",
    "code_unsupported",
    "code_reserved_bits",
    "code_unknown_key",
    "code_suite_mismatch",
    "code_key_revoked",
    "code_outside_session",
    "code_stale",
    "code_bad_signature",
    "code_voucher_revoked",
    "code_needs_list",
}
