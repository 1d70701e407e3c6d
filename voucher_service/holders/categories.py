"""The categories of people that the city trains: the fourteen of 二(一)6, and three more groups.

The slug is what tables, files and the API carry; the Chinese is what people read.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Category:
    """One group of trainees. A sensitive one is never published and never shown to an institution."""

    slug: str
    zh: str
    en: str
    sensitive: bool = False


CATEGORIES = {
    category.slug: category
    for category in (
        Category("graduating_student", "毕业学年普通高校学生", "University student in the graduating year"),
        Category("unplaced_graduate", "离校未就业毕业生", "Graduate not yet employed"),
        Category("migrant_worker", "农民工", "Rural migrant worker"),
        Category("lifted_from_poverty", "脱贫人口和监测对象", "Person lifted from poverty, or monitored"),
        Category("epidemic_control_worker", "卫生防疫人员", "Epidemic-control worker"),
        Category("unemployed", "失业人员", "Unemployed person"),
        Category("veteran", "退役军人", "Veteran"),
        Category("disabled", "残疾人", "Disabled person", sensitive=True),
        Category("floodplain_relocated", "滩区迁建群众", "Person moved out of the Yellow River floodplain"),
        Category("reservoir_relocated", "库区移民", "Person moved for a reservoir"),
        Category("seafarer", "海（船）员", "Seafarer or boatman"),
        Category("community_corrections", "社区矫正对象", "Person under community corrections", sensitive=True),
        Category("drug_rehabilitation", "强制隔离戒毒人员", "Person in compulsory drug rehabilitation", sensitive=True),
        Category("prisoner", "在押服刑人员", "Serving prisoner", sensitive=True),
        Category("enterprise_employee", "企业职工", "Enterprise employee"),
        Category("village_committee", "村两委成员", "Member of a village's two committees"),
        Category("other", "其他", "Other"),
    )
}
"""By slug, in the plan's order."""
