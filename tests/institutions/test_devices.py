"""Scanning devices: enrolled by an administrator on the device itself, listed, and stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.accounts.application import START
from tests.demo.city import bearer
from tests.journey.city import new_key
from voucher_service.database import unit_of_work
from voucher_service.errors import NotFound
from voucher_service.identifiers import to_hex
from voucher_service.institutions import service
from voucher_service.institutions.devices import DEVICES_MAX, enrolment_message
from voucher_service.institutions.errors import TooManyDevices

if TYPE_CHECKING:
    from flask import Flask

    from voucher_service.demo.loading import City, School


class DeviceKey:
    """The key of a device as WebCrypto would hold it."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.public = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def enrolment(self, institution_id: int, name: str = "前台手机") -> dict[str, str]:
        proof = self.sign(enrolment_message(institution_id, self.public))
        return {"name": name, "public_key": self.public.hex(), "proof": proof.hex()}


def path_of(school: School) -> str:
    return f"/api/v1/institutions/{to_hex(school.institution_id)}/devices"


def post(app: Flask, city: City, who: str, path: str, body: dict[str, Any]) -> Any:
    headers = bearer(app, city.staff[who]) | {"Idempotency-Key": new_key()}
    return app.test_client().post(path, json=body, headers=headers)


def test_an_administrator_enrols_a_device_that_is_then_listed_and_stopped_once(app: Flask, served_city: City) -> None:
    school = served_city.schools[0]
    enrolled = post(app, served_city, "school1-admin", path_of(school), DeviceKey().enrolment(school.institution_id))
    assert enrolled.status_code == 201, enrolled.text
    device = enrolled.json["device"]

    clerk = bearer(app, served_city.staff["school1-clerk"])
    listed = app.test_client().get(path_of(school), headers=clerk).json["devices"]
    assert [(found["device"], found["name"], found["revoked_at"]) for found in listed] == [(device, "前台手机", None)]

    revoke = f"{path_of(school)}/{device}/revoke"
    stopped = post(app, served_city, "school1-admin", revoke, {"reason": "手机遗失"})
    assert stopped.status_code == 200
    assert (stopped.json["revoke_reason"], bool(stopped.json["revoked_at"])) == ("手机遗失", True)
    again = post(app, served_city, "bureau1", revoke, {"reason": "手机遗失"})
    assert (again.status_code, again.json["code"]) == (409, "device_already_revoked")


def test_a_clerk_enrols_nothing(app: Flask, served_city: City) -> None:
    school = served_city.schools[0]
    answer = post(app, served_city, "school1-clerk", path_of(school), DeviceKey().enrolment(school.institution_id))
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


@pytest.mark.parametrize("fault", ["another institution", "another key", "no point", "altered"])
def test_a_device_that_does_not_prove_its_key_is_refused(app: Flask, served_city: City, fault: str) -> None:
    school, key = served_city.schools[0], DeviceKey()
    body = key.enrolment(school.institution_id)
    if fault == "another institution":
        body = key.enrolment(served_city.schools[1].institution_id)
    elif fault == "another key":
        body["public_key"] = DeviceKey().public.hex()
    elif fault == "no point":
        body["public_key"] = "04" + "f" * 128
    else:
        body["proof"] = f"{int(body['proof'], 16) ^ 1:0128x}"
    answer = post(app, served_city, "school1-admin", path_of(school), body)
    assert (answer.status_code, answer.json["code"]) == (422, "device_proof_invalid")


def test_one_key_is_one_device(app: Flask, served_city: City) -> None:
    school, key = served_city.schools[0], DeviceKey()
    body = key.enrolment(school.institution_id)
    answers = [post(app, served_city, "school1-admin", path_of(school), body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json["code"] == "device_key_known"


def test_another_schools_devices_are_absent(app: Flask, served_city: City) -> None:
    other = served_city.schools[1]
    body = DeviceKey().enrolment(other.institution_id)
    assert post(app, served_city, "school1-admin", path_of(other), body).status_code == 404
    clerk = bearer(app, served_city.staff["school1-clerk"])
    assert app.test_client().get(path_of(other), headers=clerk).status_code == 404
    nothing = f"{path_of(served_city.schools[0])}/{'0' * 15}1/revoke"
    assert post(app, served_city, "school1-admin", nothing, {"reason": "遗失"}).status_code == 404


def test_an_institution_has_only_so_many_devices_in_use(city: City) -> None:
    school, admin = city.schools[3], city.staff["school1-admin"]
    institution = service.get(school.region_id, school.institution_id)

    def enrol() -> int:
        key = DeviceKey()
        proof = key.sign(enrolment_message(school.institution_id, key.public))
        with unit_of_work():
            given = {"name": "平板", "public_key": key.public, "proof": proof, "now": institution_now}
            return service.enrol_device(admin, institution, **given).device_id

    institution_now = START
    first, *_ = [enrol() for _ in range(DEVICES_MAX)]
    with pytest.raises(TooManyDevices) as refused:
        enrol()
    assert refused.value.figures == {"devices_max": DEVICES_MAX}
    with unit_of_work():
        service.revoke_device(institution, first, "换新", admin, institution_now)
    assert enrol()
    with pytest.raises(NotFound):
        service.find_device(first, admin)
