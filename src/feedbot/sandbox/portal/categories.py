"""The sample portal's category tree, with the numbers (`catid`) that its addresses carry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Category:
    """One node; `parent` is None for a top category."""

    catid: int
    name: str
    parent: Category | None = None


CITY = Category(1, "城事资讯")
LIVING = Category(6, "生活服务")
CATEGORIES = (
    CITY,
    Category(2, "安源区政府", CITY),
    Category(3, "云溪区政府", CITY),
    Category(4, "教育", CITY),
    Category(5, "交通", CITY),
    LIVING,
    Category(7, "停水停电", LIVING),
)
BY_ID = {category.catid: category for category in CATEGORIES}
BY_NAME = {category.name: category for category in CATEGORIES}


def children(parent: Category) -> tuple[Category, ...]:
    """The categories right below this one."""
    return tuple(category for category in CATEGORIES if category.parent is parent)


def siblings(category: Category) -> tuple[Category, ...]:
    """What the portal lists as related (相关分类): the categories of the same level, this one included."""
    return tuple(other for other in CATEGORIES if other.parent is category.parent)


def holds(category: Category, other: Category) -> bool:
    """Whether the list of `category` shows the articles of `other`: its own and its children's."""
    return category is other or category is other.parent
