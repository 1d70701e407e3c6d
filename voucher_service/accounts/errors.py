"""Why someone is not let in. Nothing here tells a guesser which part of the guess was wrong."""

from __future__ import annotations

from voucher_service.errors import Refusal


class LogInRefused(Refusal):
    """Unknown account, wrong password, wrong code, code used before, or account disabled: answered alike."""

    code = "log_in_refused"
    status = 401
    zh = "账号、密码或动态口令不正确，或者账号已停用。动态口令每次只能用一次，请等下一个再试。"
    en = "Account, password or one-time code is wrong, or the account is disabled. A code works once."


class TooManyAttempts(Refusal):
    code = "too_many_attempts"
    status = 429
    zh = "这个账号在{window_minutes}分钟内登录失败已达{attempts_max}次，请稍后再试。"
    en = "There were {attempts_max} failed attempts on this account within {window_minutes} minutes. Try again later."


class ClientRefused(Refusal):
    """Unknown client, wrong secret or revoked client: answered alike."""

    code = "invalid_client"
    status = 401
    zh = "客户端编号或密钥不正确，或者已吊销。"
    en = "Client id or secret is wrong, or the client is revoked."


class LoginNameTaken(Refusal):
    code = "login_name_taken"
    zh = "这个登录名已被使用，请换一个。"
    en = "This log-in name is taken; choose another."


class PasswordTooShort(Refusal):
    code = "password_too_short"
    status = 422
    zh = "密码至少{characters_min}个字符。"
    en = "A password has at least {characters_min} characters."


class RoleUnfit(Refusal):
    """Roles of institutions belong to an institution, all others to none; holders and systems have no account."""

    code = "role_unfit"
    status = 422
    zh = "角色“{role}”不能用于这种账号：机构的角色须属于一家机构，其他角色不属于任何机构。"
    en = "The role {role} does not fit: institution roles belong to an institution, all others to none."
