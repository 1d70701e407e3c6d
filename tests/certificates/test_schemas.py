from __future__ import annotations

import pytest
from marshmallow import ValidationError

from voucher_service.certificates.schemas import CertificateEntrySchema

ENTRY = {
    "region_id": 411281,
    "redemption": "00000000000000aa",
    "issuer": "示例评价机构",
    "number": "DEMO-0001",
    "occupation_code": "DM01",
    "level": "junior",
    "certificate_type": "skill_level",
    "examined_on": "2026-05-20",
    "issued_on": "2026-06-01",
}


def test_a_kind_of_work_without_levels_is_certified_without_one() -> None:
    assert CertificateEntrySchema().load({**ENTRY, "level": ""})["level"] == ""


@pytest.mark.parametrize("name", ["issuer", "number", "occupation_code", "certificate_type"])
def test_nothing_else_may_be_empty(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        CertificateEntrySchema().load({**ENTRY, name: ""})
    assert refused.value.normalized_messages().keys() == {name}
