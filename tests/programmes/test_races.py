"""Many ask for the budget at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.accounts.application import START, small_service
from voucher_service.database import unit_of_work
from voucher_service.demo.loading import BUDGET_FEN, PROGRAMME_ID, load
from voucher_service.programmes import service
from voucher_service.programmes.errors import BudgetExhausted

ASKING, FITTING = 16, 3


def test_a_budget_is_promised_as_often_as_it_fits(database_url: str) -> None:
    with small_service(database_url) as app:
        with app.app_context(), unit_of_work():
            load(START, classes_each=0)

        def ask(_: int) -> bool:
            with app.app_context():
                try:
                    with unit_of_work():
                        service.commit_budget(PROGRAMME_ID, BUDGET_FEN // FITTING)
                except BudgetExhausted:
                    return False
                return True

        with ThreadPoolExecutor(ASKING) as people:
            promised = sum(people.map(ask, range(ASKING)))
        with app.app_context(), unit_of_work():
            committed_fen = service.get(PROGRAMME_ID).committed_fen
    assert (promised, committed_fen) == (FITTING, FITTING * (BUDGET_FEN // FITTING))
