"""The message to a phone that a counter replaced: it goes there or nowhere, and its number does not stay behind."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from tests.journey.city import START
from tests.journey.town import newcomer
from tests.vouchers.test_assistance import Carrier
from tests.vouchers.test_phone_changes import change, holder_id_of, new_phone, replaced
from voucher_service.database import db
from voucher_service.holders import rules
from voucher_service.holders import service as holders
from voucher_service.holders.models import Notice
from voucher_service.sweeping import sweep_once

if TYPE_CHECKING:
    from tests.journey.city import Town


class Killed(BaseException):
    """What the process dies of; nothing in it gets to answer."""


class DyingCarrier(Carrier):
    """A process that is killed when the message has gone out and nothing was written down about it."""

    def send_notice(self, phone: str, text: str) -> None:
        super().send_notice(phone, text)
        raise Killed


def kept_address(town: Town, holder_id: int) -> bytes | None:
    with town.app.app_context():
        return db.session.scalars(select(Notice.send_to_sealed).where(Notice.holder_id == holder_id)).one()


def sent_to(carrier: Carrier, phone: str) -> int:
    return [number for number, _ in carrier.sent].count(phone)


def test_the_old_phone_is_told_once_and_its_number_is_kept_no_longer(town: Town) -> None:
    worker, phone, carrier = newcomer(town), new_phone(), Carrier()
    holder_id = holder_id_of(worker)
    change(town, worker.person, phone)
    own = select(Notice.send_to_sealed).where(Notice.holder_id == holder_id)
    with replaced(town, "sms_sender", carrier), town.app.app_context():
        carrier.is_down = True
        assert holders.send_waiting(START, limit=1000) == 0
        assert db.session.scalars(own).one() is not None
        carrier.is_down = False
        assert holders.send_waiting(START, limit=1000) > 0
        assert holders.send_waiting(START, limit=1000) == 0
        assert db.session.scalars(own).one() is None
    mine = [message for number, message in carrier.sent if number == worker.person.phone]
    assert len(mine) == 1
    assert "不能再登录" in mine[0]
    assert phone not in mine[0]
    assert not [number for number, _ in carrier.sent if number == phone]


def test_whoever_dies_while_sending_leaves_no_number_behind(town: Town) -> None:
    worker, phone, carrier = newcomer(town), new_phone(), DyingCarrier()
    holder_id = holder_id_of(worker)
    with replaced(town, "sms_sender", Carrier()), town.app.app_context():
        holders.send_waiting(START, limit=1000)  # what other tests told
    change(town, worker.person, phone)
    assert kept_address(town, holder_id) is not None
    with replaced(town, "sms_sender", carrier), town.app.app_context(), suppress(Killed):
        holders.send_waiting(START, limit=1000)
    assert sent_to(carrier, worker.person.phone) == 1
    assert kept_address(town, holder_id) is None
    after = Carrier()
    with replaced(town, "sms_sender", after), town.app.app_context():
        holders.send_waiting(START, limit=1000)
    assert not sent_to(after, worker.person.phone)
    assert not sent_to(after, phone)


def test_a_message_that_no_carrier_takes_is_given_up_with_its_number(town: Town) -> None:
    worker, phone, carrier = newcomer(town), new_phone(), Carrier()
    holder_id = holder_id_of(worker)
    change(town, worker.person, phone)
    carrier.is_down = True
    with replaced(town, "sms_sender", carrier), town.app.app_context():
        holders.send_waiting(START, limit=1000)
        sweep_once(START + rules.ADDRESS_KEPT - timedelta(seconds=1))
        assert kept_address(town, holder_id) is not None
        sweep_once(START + rules.ADDRESS_KEPT)
        assert kept_address(town, holder_id) is None
        carrier.is_down = False
        holders.send_waiting(START + rules.ADDRESS_KEPT, limit=1000)
    assert not sent_to(carrier, worker.person.phone)
    assert not sent_to(carrier, phone), "who holds the new phone changed it themselves"
