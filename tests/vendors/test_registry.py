"""Every vendor is found by its name, and only loaded when it is asked for."""

import subprocess
import sys

import pytest

from airflow_provider_booking.vendors import registry


@pytest.mark.parametrize("vendor", registry.VENDORS)
def test_a_client_is_found_by_the_name_that_it_bears_itself(vendor: str) -> None:
    assert registry.client_class(vendor).vendor == vendor


def test_an_unknown_vendor_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        registry.client_class("hal9000")


def test_the_names_cost_no_http_library() -> None:
    look = (
        "import sys; from airflow_provider_booking.vendors import registry; sys.exit('httpx' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0  # noqa: S603  (our own words)
