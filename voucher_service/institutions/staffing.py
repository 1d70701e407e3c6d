"""Who works for the city's offices and for institutions: accounts, each of one natural person who is known again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from voucher_service.accounts import service as accounts
from voucher_service.holders import service as holders
from voucher_service.institutions.service import get

if TYPE_CHECKING:
    from voucher_service.accounts.service import NewStaff


@dataclass(frozen=True, slots=True)
class Post:
    """What an account is for; an institution's post names the institution."""

    login_name: str
    role: str
    region_id: int
    institution_id: int | None = None


@dataclass(frozen=True, slots=True)
class Employee:
    """Who it is, as their ID card and their phone's contract say; used to know them again, and not kept."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    phone: str = field(repr=False)


def employ(post: Post, employee: Employee, password: str, now: datetime) -> NewStaff:
    """Give somebody an account, in the open unit of work; all accounts of one ID number are one person's.

    So whoever has two accounts is still one of the two persons that a decision needs. Refuses as `holders.staff_index`
    does, with NotFound for another region's institution, RoleUnfit, PasswordTooShort and LoginNameTaken.
    """
    if post.institution_id is not None:
        get(post.region_id, post.institution_id)
    index = holders.staff_index(employee.name, employee.id_number, employee.phone)
    return accounts.create_staff(
        post.login_name,
        password,
        post.role,
        post.region_id,
        institution_id=post.institution_id,
        person_id=accounts.person_of_index(index, now),
    )
