"""From a connection's id to its client: ids that could be none."""

import pytest

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.hooks.connecting import connect


@pytest.mark.parametrize("conn_id", ["jane.doe@example.com", "two words", "", "line\nbreak"])
async def test_what_could_be_no_id_is_not_looked_up_and_not_quoted(conn_id: str) -> None:
    with pytest.raises(InvalidInput, match=r"^conn_id is no id of a connection: give letters, digits and"):
        await connect(conn_id)
