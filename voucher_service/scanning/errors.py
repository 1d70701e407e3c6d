"""Why a device or one of its off-line scans is turned down; the ledger's own reasons are those of redemptions."""

from __future__ import annotations

from voucher_service.calendar import RefusalInTime
from voucher_service.errors import Refusal


class NonceNotAccepted(Refusal):
    """The nonce is not ours, is another device's, or is older than ten minutes."""

    code = "upload_nonce_not_accepted"
    zh = "上传凭据已过期，设备会自动取新的凭据再试；记录仍在设备上。"
    en = "The upload nonce is not accepted; fetch a new one and send again. Nothing is lost."


class DeviceSignatureInvalid(Refusal):
    code = "device_signature_invalid"
    status = 422
    zh = "签名与登记的设备不符，没有收下任何记录。请在登记过的设备上上传。"
    en = "The signature is not the enrolled device's; nothing was taken in."


class DeviceRevoked(RefusalInTime):
    code = "device_revoked"
    status = 403
    clause = "二(三)3"
    zh = "这台设备已在 {revoked_at} 停用，之后上传的记录不能用券；请持券人到在用设备前重新出示券码。"
    en = "This device was revoked on {revoked_at} (Beijing time); what it uploads redeems nothing."


class LogRolledBack(Refusal):
    """The device's log ends before what the service has seen of it, or differently: a backup was restored."""

    code = "device_log_rolled_back"
    zh = "设备上的离线记录比服务器收到的还旧（可能恢复过备份），请重新登记这台设备。"
    en = "The device's log is older than what was received from it; enrol the device anew."


class EntryMalformed(Refusal):
    code = "offline_entry_malformed"
    status = 422
    zh = "第 {position} 条离线记录无法读取，或不是这台设备的记录。"
    en = "Entry {position} of the upload cannot be read, or is another device's."


class OfflineRefusal(RefusalInTime):
    """An off-line scan that the service took in and turned down."""


class NumberReused(OfflineRefusal):
    code = "offline_number_reused"
    zh = "这台设备已经用 {number} 号上传过另一条记录，本条不作数；设备可能恢复过备份。"
    en = "The device has sent another entry numbered {number}; this one does not count."


class LogForked(OfflineRefusal):
    code = "offline_log_forked"
    zh = "{number} 号记录与前后记录接不上，设备的离线记录被改动过，本条不作数。"
    en = "Entry {number} does not join its neighbours; the device's log was altered."


class EntryNotSigned(OfflineRefusal):
    code = "offline_entry_not_signed"
    status = 422
    zh = "{number} 号记录的设备签名无效，不作数。"
    en = "The device's signature on entry {number} is not valid."


class RefusedAtDoor(OfflineRefusal):
    code = "refused_at_door"
    zh = "扫码时设备已经拒绝（{reason}），没有用券。"
    en = "The device refused this scan at the door ({reason})."


class OfflineFromFuture(OfflineRefusal):
    code = "offline_from_future"
    zh = "券码的时间 {step_at} 还没有到，设备或手机的时钟不对，不能用券。"
    en = "The code is of {step_at} (Beijing time), which has not come yet."


class OfflineTooLate(OfflineRefusal):
    code = "offline_too_late"
    zh = "券码是 {step_at} 的，离线记录须在 {hours_max} 小时内上传。请持券人重新出示券码。"
    en = "The code is of {step_at} (Beijing time); off-line scans are accepted for {hours_max} hours."


class OfflineStale(OfflineRefusal):
    """The code was old already when the device last spoke to the service, which was before this scan."""

    code = "offline_stale"
    zh = "券码是 {step_at} 的，而这次扫码在 {seen_at} 之后，出示的不是当时的券码（可能是截图）。"
    en = "The code is of {step_at}, but this scan came after {seen_at} (Beijing time): it was not live."


class EntryAltered(OfflineRefusal):
    code = "offline_entry_altered"
    status = 422
    zh = "上传的核对信息与 {number} 号记录扫码时的不一致，不能用券。"
    en = "The card's particulars are not those that entry {number} was made with."
