"""What can be wrong with a person's particulars. No refusal here carries the particulars themselves."""

from __future__ import annotations

from voucher_service.errors import Refusal


class IdNumberMalformed(Refusal):
    code = "id_number_malformed"
    status = 422
    zh = "公民身份号码应为18位：前17位是数字，最后一位是数字或X。请对照身份证重新填写。"
    en = "An ID number has 18 characters: 17 digits, then a digit or X. Copy it again from the card."


class IdNumberOld15Digits(Refusal):
    code = "id_number_old_15_digits"
    status = 422
    zh = "这是第一代身份证的15位号码，已停止使用。请填写现用身份证或户口簿上的18位号码。"
    en = "This is a 15-digit number of the first-generation card, no longer valid. Give the 18 of today's card."


class IdNumberCheckDigit(Refusal):
    code = "id_number_check_digit"
    status = 422
    zh = "公民身份号码校验不通过，可能有一位填错或两位颠倒。请对照身份证逐位核对。"
    en = "The ID number fails its check digit: a digit is wrong or two are swapped. Compare it with the card."


class IdNumberBirthDate(Refusal):
    code = "id_number_birth_date"
    status = 422
    zh = "公民身份号码第7至14位不是有效的出生日期。请对照身份证核对。"
    en = "Characters 7 to 14 of the ID number are not a possible date of birth. Compare them with the card."


class IdNumberRegion(Refusal):
    code = "id_number_region"
    status = 422
    zh = "公民身份号码开头两位不是任何省级地区的代码。请对照身份证核对。"
    en = "The first two digits of the ID number belong to no province. Compare them with the card."


class NameMalformed(Refusal):
    code = "name_malformed"
    status = 422
    zh = "姓名应为2至50个字，只能用汉字、字母和间隔号“·”。请按身份证上的姓名填写。"
    en = "A name has 2 to 50 characters: ideographs, letters and the middle dot. Write it as it stands on the ID card."


class PhoneMalformed(Refusal):
    code = "phone_malformed"
    status = 422
    zh = "请填写11位的中国大陆手机号码。"
    en = "Give a mainland mobile number of 11 digits."


class HolderTooYoung(Refusal):
    code = "holder_too_young"
    clause = "二(五)"
    zh = "培训券发放给年满{age_min}周岁的劳动者，您自{eligible_from}起可以领取。"
    en = "Vouchers are for workers aged {age_min} or over; you can claim from {eligible_from}."


class HolderExists(Refusal):
    code = "holder_exists"
    zh = "这个公民身份号码已经登记，请直接登录。"
    en = "This ID number is registered already; log in."


class IdentityNotConfirmed(Refusal):
    """The register does not confirm them, or the holder is known by another name or phone: answered alike."""

    code = "identity_not_confirmed"
    status = 422
    zh = "姓名、公民身份号码与手机号码核验不一致。请核对后重填；换过手机号码的，请带身份证到窗口更改。"
    en = "Name, ID number and phone do not belong together. Check them; after a change of phone, bring your ID card."


class IdentityCheckUnavailable(Refusal):
    code = "identity_check_unavailable"
    status = 503
    zh = "暂时无法核验身份或发送短信，请稍后再试。"
    en = "Identities cannot be checked, or messages not sent, at the moment. Try again later."


class TooManyCodes(Refusal):
    code = "too_many_codes"
    status = 429
    zh = "这个手机号码今天已发送{codes_max}次验证码，请明天再试。"
    en = "This phone was sent {codes_max} codes today; try again tomorrow."


class CodeNotAccepted(Refusal):
    """Wrong, expired, used, tried too often, or never sent: answered alike."""

    code = "code_not_accepted"
    status = 401
    zh = "验证码不正确，或者已经失效。每个验证码10分钟内有效，只能用一次，最多试5次。"
    en = "The code is wrong or no longer valid. A code holds for 10 minutes, works once and can be tried 5 times."


class OneTimeCodeNotAccepted(Refusal):
    """As CodeNotAccepted, for the code that goes with a paper voucher."""

    code = "one_time_code_not_accepted"
    zh = "一次性验证码不正确，或者已经失效。每个码只能用一次，最多试5次；请重新发送，或到人社窗口领取。"
    en = "The one-time code is wrong or no longer valid. It works once and can be tried 5 times; send another."


class RegionUnknown(Refusal):
    code = "region_unknown"
    status = 422
    zh = "没有编号为{region_id}的地区，请从列表中选择。"
    en = "There is no region {region_id}; choose one from the list."


class CategoryUnknown(Refusal):
    code = "category_unknown"
    status = 422
    zh = "没有“{category}”这个人员类别，请从列表中选择。"
    en = "There is no category {category}; choose one from the list."


class IdNumberDamaged(Refusal):
    """Excel keeps fifteen digits of a number; what stands in the file then is no ID number any more."""

    code = "id_number_damaged"
    status = 422
    zh = "身份证号被 Excel 变成了数字，末几位已经丢失。请把该列设为“文本”后重新填写。"
    en = "Excel turned the ID number into a number and lost its last digits. Format the column as text, type it anew."


class PhoneTaken(Refusal):
    """Told only to whoever has shown that the phone is in their hands."""

    code = "phone_taken"
    zh = "这个手机号已登记在另一位劳动者名下，一部手机只能登记一人。家人共用一部手机的，请带身份证到人社窗口办理。"
    en = "This phone stands for another worker already. Families who share one bring their ID cards to the counter."


class CardNotEnrolled(Refusal):
    """No holder has this number and this name; a clerk need not learn which of the two differs."""

    code = "card_not_enrolled"
    status = 422
    zh = "没有姓名和公民身份号码都与这张身份证一致的已登记劳动者。请对照身份证核对；从未登记过的，请直接办理领取。"
    en = "No enrolled worker has this name and this ID number. Compare with the card; whoever is new simply claims."


class PhoneUnchanged(Refusal):
    code = "phone_unchanged"
    zh = "登记的就是这个手机号，不用更改。"
    en = "This is the phone on record already."


class NewPhoneNotConfirmed(Refusal):
    code = "new_phone_not_confirmed"
    status = 422
    zh = "实名核验没有通过：这个手机号不在本人名下。请核对号码，或请本人先到运营商办理实名登记。"
    en = "The register does not know this phone as theirs. Check the number, or have the carrier register it first."


class PhoneChangedMeanwhile(Refusal):
    code = "phone_changed_meanwhile"
    zh = "另一个窗口刚刚更改了这位劳动者的手机号，请重新办理。"
    en = "Another counter has just changed this person's phone; begin again."


class PhoneSharedByTooMany(Refusal):
    code = "phone_shared_by_too_many"
    zh = "这个手机号已登记{persons_max}人，不能再登记。"
    en = "This phone stands for {persons_max} persons already; that is the most."


class HelpForOneself(Refusal):
    code = "help_for_oneself"
    status = 422
    zh = "这是您本人的信息，不用代办，请直接领取。"
    en = "These are your own particulars; claim for yourself."


class AssistanceOver(Refusal):
    code = "assistance_over"
    zh = "这次代办已超过{minutes}分钟，请重新开始。"
    en = "This assistance is over after {minutes} minutes; begin again."


class AssistancePhoneChanged(Refusal):
    code = "assistance_phone_changed"
    zh = "对方登记的手机号在同意代办以后已由窗口更换，这次代办到此为止；请由对方用现在的手机重新同意。"
    en = "The person's phone was changed at a counter after it agreed; this leave is over. Ask their present phone."


class AssistanceCapReached(Refusal):
    """`period` is a day or a year of the city."""

    code = "assistance_cap_reached"
    zh = "代办次数已到上限（{period}内最多{times_max}次）。"
    en = "You have helped as often as is allowed: {times_max} times in {period}."


class PersonOfOtherRegion(Refusal):
    code = "person_of_other_region"
    zh = "这位劳动者登记在别的县（市、区），请到当地窗口办理。"
    en = "This person is registered in another region; its own counter can help."
