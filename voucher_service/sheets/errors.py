"""What is wrong with an uploaded table as such, or with where it stands."""

from __future__ import annotations

from voucher_service.errors import Refusal


class SheetForeign(Refusal):
    """By its content it is neither: an old .xls, a file with a password, a picture, a broken archive."""

    code = "sheet_foreign"
    status = 422
    zh = "只能读取 xlsx 和 csv 文件。旧版 xls、带密码的或损坏的文件，请在 Excel 中另存为 xlsx 再上传。"
    en = "Only xlsx and csv are read. Save an old .xls, a protected or a damaged file as xlsx and upload that."


class SheetTooLarge(Refusal):
    """`what` is bytes, unpacked_bytes, parts, columns or cell_characters."""

    code = "sheet_too_large"
    status = 422
    zh = "文件超出限度：{what} 最多 {most}。"
    en = "The file goes beyond what is read: at most {most} {what}."


class SheetTooManyRows(Refusal):
    code = "sheet_too_many_rows"
    status = 422
    zh = "一次最多读取 {rows_max} 行，请分成几份上传。"
    en = "At most {rows_max} rows are read at once; divide the file."


class SheetEmpty(Refusal):
    code = "sheet_empty"
    status = 422
    zh = "文件里没有标题行，或标题行下面没有内容。"
    en = "The file has no heading row, or nothing below it."


class SheetEncodingUnknown(Refusal):
    code = "sheet_encoding_unknown"
    status = 422
    zh = "csv 文件的编码不是 UTF-8 或 GB18030（GBK），请另存为其中一种，或改用 xlsx。"
    en = "The csv file is neither UTF-8 nor GB18030 (GBK); save it as one of them, or as xlsx."


class SheetKindUnknown(Refusal):
    code = "sheet_kind_unknown"
    status = 422
    zh = "没有“{kind}”这种导入。"
    en = "There is no import of kind {kind!r}."


class SheetInProgress(Refusal):
    code = "sheet_in_progress"
    zh = "已有一份文件正在核对，请等它核对完，或先放弃它。"
    en = "Another file is being checked; wait until it is done, or discard it first."


class SheetNotInState(Refusal):
    code = "sheet_not_in_state"
    zh = "这份文件的状态是“{state}”，不能进行这一步。"
    en = "The file is in state {state}, from which this step does not lead on."


class SheetGone(Refusal):
    code = "sheet_gone"
    status = 410
    zh = "文件内容只保留 {days} 天，已经删除，请重新上传。"
    en = "What was in the file is kept for {days} days and is gone; upload it again."


class SheetRowsSpent(Refusal):
    code = "sheet_rows_spent"
    status = 429
    zh = "本机构今天已核对 {rows_max} 行的上限，请明天再上传。"
    en = "Your institution has reached today's {rows_max} rows; upload again tomorrow."


class ColumnMissing(Refusal):
    """`fields` are the names of the fields that no column was chosen for."""

    code = "column_missing"
    status = 422
    zh = "还没有为 {fields} 选择列。"
    en = "No column is chosen for {fields}."


class ColumnImpossible(Refusal):
    code = "column_impossible"
    status = 422
    zh = "列的对应不成立：文件有 {columns} 列，每一列最多对应一项，且只能对应给出的项目。"
    en = "The mapping cannot be: the file has {columns} columns, each stands for one of the listed fields at most."


class CellMissing(Refusal):
    code = "cell_missing"
    status = 422
    zh = "缺少“{field}”。"
    en = "“{field}” is missing."


class RowTwice(Refusal):
    code = "row_twice"
    clause = "二(五)"
    zh = "与第 {row} 行重复。"
    en = "It repeats row {row}."


class DayUnreadable(Refusal):
    code = "day_unreadable"
    status = 422
    zh = "“{field}”不是日期，请写成 2026-06-01。"
    en = "“{field}” is no date; write it as 2026-06-01."
