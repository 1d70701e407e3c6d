"""What a roster, or one of its rows, is turned down for.

A row is told only what stands in the file or happened at this very institution. Whatever else stands against a person
is theirs to know: all of it is the one neutral PersonCannotJoin.
"""

from __future__ import annotations

from voucher_service.errors import Refusal


class RosterTooLate(Refusal):
    """Trainees are matched before the class opens."""

    code = "roster_too_late"
    clause = "二(三)1"
    zh = "花名册须在开班前核对，班次当前状态是“{state}”。"
    en = "A roster is checked before its class opens; the class is in state {state}."


class RosterOverCapacity(Refusal):
    code = "roster_over_capacity"
    status = 422
    clause = "二(三)1"
    zh = "本班最多 {capacity} 人，这是第 {place} 人。"
    en = "The class takes {capacity} trainees; this is number {place}."


class RosterMissing(Refusal):
    code = "roster_missing"
    zh = "这个班次还没有核对通过的花名册。"
    en = "The class has no roster that passed its checks."


class PersonCannotJoin(Refusal):
    """Said of everything in a person's own record that did not happen here, alike."""

    code = "person_cannot_join"
    clause = "二(五)"
    zh = "此人目前不能列入本班。具体原因只告诉本人：请本人登录“我的培训券”查看，或到窗口咨询。"
    en = "This person cannot join the class at present. The reason is theirs to know: they find it when they log in."


class PersonInOwnClass(Refusal):
    code = "person_in_own_class"
    clause = "三(二)"
    zh = "此人正在本机构的另一个班次培训。"
    en = "This person is in training in another class of yours."


class PersonNotExamined(Refusal):
    code = "person_not_examined"
    clause = "三(二)"
    zh = "此人在本机构的上一次培训还没有考核。"
    en = "This person's last course with you has not been examined yet."


class PersonExaminedRecently(Refusal):
    code = "person_examined_recently"
    clause = "三(二)"
    zh = "此人上一次考核在 {examined_on}，{free_from} 起才能再参加。"
    en = "This person was examined on {examined_on} and may join again from {free_from}."


class PersonSubsidisedBefore(Refusal):
    code = "person_subsidised_before"
    clause = "二(五)"
    zh = "此人已在本机构享受过同一工种同一等级的补贴。"
    en = "This person was subsidised for this occupation and level with you before."


class PersonUnwilling(Refusal):
    """`field` is wants_training, wants_work or able_to_attend."""

    code = "person_unwilling"
    status = 422
    clause = "二(三)1"
    zh = "问卷“{question}”没有答“是”，不能参加补贴培训。"
    en = "A question of the questionnaire is not answered yes; without it nobody joins a subsidised training."


class AnswerUnreadable(Refusal):
    """`field` is one of the questionnaire's."""

    code = "answer_unreadable"
    status = 422
    clause = "二(三)1"
    zh = "“{question}”只能填“是”或“否”。"
    en = "An answer of the questionnaire is yes or no."


class CategoryNotEligible(Refusal):
    """Judged from what the file says, never from a person's record."""

    code = "category_not_eligible"
    status = 422
    clause = "二(五)"
    zh = "这个项目不面向所填的人员类别。"
    en = "The programme is not for the category that is written."


class CategoryUnreadable(Refusal):
    code = "category_unreadable"
    status = 422
    zh = "人员类别填写有误，请按计划列出的类别名称填写。"
    en = "The category is none of the plan's; write one of its names."


class PostMissing(Refusal):
    code = "post_missing"
    status = 422
    clause = "二(三)1"
    zh = "企业职工须填写现岗位的职业（工种）。"
    en = "An employee's present occupation must be given."


class PostNotSimilar(Refusal):
    code = "post_not_similar"
    status = 422
    clause = "二(三)1"
    zh = "企业职工须学与本岗位相同或相近的工种，所填现岗位与“{occupation}”（{occupation_code}）不相同也不相近。"
    en = "Employees learn their own or a similar occupation; the post is neither to {occupation_code} ({occupation})."


class FormerPostSimilar(Refusal):
    code = "former_post_similar"
    status = 422
    clause = "二(三)1"
    zh = "转岗职工不学原岗位同一职业分类的工种，“{occupation}”（{occupation_code}）与所填转岗前工种属同一类。"
    en = "A transferred employee does not learn the old class of work, as {occupation_code} ({occupation}) is."


class PupilNotEligible(Refusal):
    code = "pupil_not_eligible"
    status = 422
    clause = "二(三)1"
    zh = "毕业年度在校生不能参加，特殊职业教育、普通高校和创业培训除外；本班教“{occupation}”（{occupation_code}）。"
    en = "Pupils in their last year, but for the exempt schools, do not learn {occupation_code} ({occupation})."


class OfferOpen(Refusal):
    code = "offer_open"
    zh = "这份花名册已有一份定向发券申请。"
    en = "Directed vouchers were asked for this roster already."


class OfferDecided(Refusal):
    code = "offer_decided"
    zh = "这份定向发券申请已经决定过。"
    en = "This request for directed vouchers is decided already."


class OfferByOnePerson(Refusal):
    code = "offer_by_one_person"
    clause = "二(三)4"
    zh = "定向发券须由两人先后审核，您已经签过。"
    en = "Two persons approve directed vouchers, and you have signed already."
