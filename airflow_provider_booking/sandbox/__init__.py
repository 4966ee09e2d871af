"""Simulators of the booking vendors, for rehearsal, the demo and the tests.

`running()` serves them from a thread of this process; `python -m airflow_provider_booking.sandbox serve`
does the same from a shell. Their rules are the numbered "Simulator rules" of docs/vendors/. Nothing here
uses our vendor clients.
"""

try:
    from airflow_provider_booking.sandbox.running import Sandbox, running
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in {"starlette", "uvicorn", "httptools"}:
        raise
    raise ModuleNotFoundError(
        "The sandbox needs its extra: pip install 'airflow-provider-booking[sandbox]'.", name=error.name
    ) from error

__all__ = ["Sandbox", "running"]
