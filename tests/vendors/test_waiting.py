"""One switch for every wait."""

import asyncio

import pytest

from airflow_provider_booking.vendors import waiting


async def test_a_wait_is_real() -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(waiting.sleep(60), 0.01)


async def test_switched_off_a_wait_is_over_at_once() -> None:
    with waiting.switched_off():
        await asyncio.wait_for(waiting.sleep(600), 60)


def test_the_switch_goes_back_to_where_it_was() -> None:
    with waiting.switched_off():
        with waiting.switched_off():
            pass
        inside = waiting.enabled()
    assert (inside, waiting.enabled()) == (False, True)


def test_the_switch_goes_back_after_an_error_too() -> None:
    with pytest.raises(ValueError, match="test"), waiting.switched_off():
        raise ValueError("test")
    assert waiting.enabled()
