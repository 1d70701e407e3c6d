"""Why the ledger cannot prove something."""

from __future__ import annotations

from voucher_service.errors import Refusal


class FactNotSealed(Refusal):
    """The fact is recorded; the sealer has not taken it yet."""

    code = "fact_not_sealed"
    zh = "该笔记录已入账，正在封存，请稍后再取凭据。"
    en = "The entry is recorded and about to be sealed; ask for its receipt in a moment."


class HeadsOutOfOrder(Refusal):
    """A later head was asked to precede an earlier one."""

    code = "heads_out_of_order"
    status = 422
    zh = "第一个账首须不晚于第二个账首。"
    en = "The first head must not be later than the second."
