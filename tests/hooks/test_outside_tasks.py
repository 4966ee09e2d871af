"""Hooks where no task runs: a connection may come right out of Airflow's own database."""

from typing import Any

from airflow.models import Connection

from airflow_provider_booking.hooks.jicoo import JicooHook


class OutOfTheDatabase(JicooHook):
    """Looks its connection up as Airflow does outside of tasks."""

    @classmethod
    async def aget_connection(cls, conn_id: str) -> Any:
        return Connection(  # noqa: AIR311  (what the database holds is not the one of airflow.sdk)
            conn_id=conn_id,
            conn_type="jicoo",
            host="http://127.0.0.1:1/jicoo",
            password="sk_live_sandbox",
            extra='{"rate_limit": "50/second"}',
        )


async def test_a_connection_out_of_airflows_own_database_is_read_whole() -> None:
    async with OutOfTheDatabase().get_conn() as client:
        assert client.settings.rate_limit == ("50/second",)
