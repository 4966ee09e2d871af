"""Each vendor's page is kept: every rule and every pitfall that it numbers has a test of that number."""

import re
from pathlib import Path

import pytest

from airflow_provider_booking.sandbox.registry import SIMULATORS
from airflow_provider_booking.vendors.registry import VENDORS

ROOT = Path(__file__).resolve().parent.parent.parent
HEADINGS = (
    "In short",
    "Connection",
    "Calls",
    "Update",
    "Errors",
    "Rate limits",
    "Simulator rules",
    "Client pitfalls",
    "Assumed",
    "Not known",
)

CITATION = re.compile(r'docs/vendors/(\w+)\.md, (?:"([^"]+)"|(rule|pitfall) (\d+))')
TABLES = {"rule": "Simulator rules", "pitfall": "Client pitfalls"}

every_vendor = pytest.mark.parametrize("vendor", VENDORS)


def section(vendor: str, heading: str) -> str:
    """Give the text below a heading of a vendor's page."""
    page = (ROOT / "docs" / "vendors" / f"{vendor}.md").read_text()
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
    assert found, f"docs/vendors/{vendor}.md has no section {heading!r}"
    return found[1]


def has_heading(vendor: str, heading: str) -> bool:
    """Say whether a vendor's page has this heading, at any level."""
    page = (ROOT / "docs" / "vendors" / f"{vendor}.md").read_text()
    return re.search(rf"^#+ {re.escape(heading)}$", page, re.MULTILINE) is not None


def numbered(vendor: str, heading: str) -> set[int]:
    """Give the numbers of a section's table rows."""
    return {int(number) for number in re.findall(r"^\| (\d+) \|", section(vendor, heading), re.MULTILINE)}


def numbers_tested(folder: Path, files: str, kind: str) -> set[int]:
    """Give the numbers in the names of tests such as `test_rule_21_…`."""
    texts = [path.read_text() for path in folder.glob(files)]
    return {int(number) for text in texts for number in re.findall(rf"def test_{kind}_(\d+)_", text)}


def test_every_client_has_a_simulator() -> None:
    assert [simulator.vendor for simulator in SIMULATORS] == list(VENDORS)


@every_vendor
def test_a_page_has_its_sections(vendor: str) -> None:
    assert all(section(vendor, heading).strip() for heading in HEADINGS)


@every_vendor
@pytest.mark.parametrize("heading", ["Simulator rules", "Client pitfalls"])
def test_the_numbers_have_no_gap(vendor: str, heading: str) -> None:
    numbers = numbered(vendor, heading)
    assert numbers == set(range(1, len(numbers) + 1))
    assert len(numbers) > 10


@every_vendor
def test_every_client_pitfall_has_a_test(vendor: str) -> None:
    folder = ROOT / "tests" / "vendors" / vendor
    assert numbers_tested(folder, "test_client_pitfalls.py", "pitfall") == numbered(vendor, "Client pitfalls")


@every_vendor
def test_every_simulator_rule_has_a_test(vendor: str) -> None:
    assert numbers_tested(ROOT / "tests" / "sandbox", f"test_{vendor}*.py", "rule") == numbered(
        vendor, "Simulator rules"
    )


def test_what_code_cites_is_there() -> None:
    sources = [
        path
        for part in ("airflow_provider_booking", "dags", "dev", "tests")
        for path in (ROOT / part).rglob("*.py")
    ]
    cited = {citation for path in sources for citation in CITATION.findall(path.read_text())}
    missing = {
        (vendor, heading or f"{kind} {number}")
        for vendor, heading, kind, number in cited
        if (heading and not has_heading(vendor, heading))
        or (kind and int(number) not in numbered(vendor, TABLES[kind]))
    }
    assert len(cited) > 50
    assert missing == set()
