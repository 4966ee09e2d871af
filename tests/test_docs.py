"""The pages for readers: nothing stands twice, and every link between them leads somewhere."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(?:#([^)\s]+))?\)")


def prose(page: Path) -> str:
    """All but the blocks of code."""
    return re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)


def headings(page: Path) -> list[str]:
    return re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Headings, as GitHub names them in links."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings(page)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_heading_and_no_long_line_stands_twice_on_a_page(page: Path) -> None:
    lines = Counter(line for line in prose(page).splitlines() if len(line) > 80)
    assert [heading for heading, times in Counter(headings(page)).items() if times > 1] == []
    assert [line for line, times in lines.items() if times > 1] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = [
        f"{file}#{anchor}"
        for file, anchor in LINK.findall(page.read_text())
        if not (target := (page.parent / file).resolve() if file else page).exists()
        or (anchor and anchor not in anchors(target))
    ]
    assert lost == []
