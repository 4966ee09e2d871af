"""JSON as somebody might send it: a good value with something wrong, or merely unusual, in some places."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

_DEEP: Any = []
for _ in range(60):
    _DEEP = [_DEEP]

TIMES = (
    *("2027-05-03T12:00:00.000Z", "2027-05-03T12:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"),
    *(
        "0001-01-01T00:00:00+14:00",
        "20270503T120000",
        "20991231T235959",
        "99991231T235959",
        "00010101T000000",
    ),
    *("1795000000", "99999999999", "253402300799", "-62135596800"),
)
"""Moments and wall clocks, the first and the last of all calendars among them."""
EDGES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**63, 10**40, -0.5, 1e308),
    *("", " ", "0", "x", "\0", "日本語", "é@é", "1E+18", "null", "A" * 300),
    *TIMES,
    *("Asia/Tokyo", "Mars/Olympus", "00000000-0000-4000-8000-000000000000", "1596693672887000001"),
    *([], {}, [None], [[]], [{}], {"": None}, {"set": []}, {"set": [{}]}, {"x": {"x": []}}, _DEEP),
)
"""Values at the edges of what a vendor, or a client of ours, may meet."""

ODD: st.SearchStrategy[Any] = st.sampled_from(EDGES) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def mutated(whole: Any, *, odd: st.SearchStrategy[Any] = ODD, at_most: int = 3) -> st.SearchStrategy[Any]:
    """Draw copies of a JSON value in which up to so many members are dropped, doubled or odd.

    Args:
        whole: The value; it stays as it is.
        odd: What may stand in a place instead.
        at_most: How many places are touched.
    """
    return _mutated(whole, odd, at_most)


@st.composite
def _mutated(draw: st.DrawFn, whole: Any, odd: st.SearchStrategy[Any], at_most: int) -> Any:
    holder = [deepcopy(whole)]
    for _ in range(draw(st.integers(0, at_most))):
        places = list(_places(holder))
        inside, key = places[draw(st.integers(0, len(places) - 1))]
        if inside is holder:
            holder[0] = holder[0] if draw(st.integers(0, 9)) else deepcopy(draw(odd))
            continue
        how = draw(st.sampled_from(["odd", "odd", "drop", "double"]))
        if how == "drop":
            del inside[key]
        elif how == "double" and isinstance(inside, list):
            inside.append(deepcopy(inside[key]))
        else:
            inside[key] = deepcopy(draw(_like(inside[key]) | odd))
    return holder[0]


def _like(value: Any) -> st.SearchStrategy[Any]:
    """Draw an odd value of the same kind, which gets farther than one of another."""
    if isinstance(value, str) and value[:4].isdecimal():
        return st.sampled_from(TIMES)
    return st.sampled_from([edge for edge in EDGES if type(edge) is type(value)] or EDGES)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Go through all members, at any depth, as what holds them and where."""
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(members):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)
