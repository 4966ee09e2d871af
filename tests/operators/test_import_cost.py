"""DAG files are parsed again and again: importing operators and hooks loads nothing heavy."""

import json
import os
import subprocess
import sys
from functools import cache

import pytest

VENDORS = ["feishu", "jicoo", "kos", "onlive", "zoho"]
MODULES = [
    *(f"airflow_provider_booking.{floor}.{vendor}" for floor in ("operators", "hooks") for vendor in VENDORS),
    "airflow_provider_booking.operators.change_sets",
]
HEAVY = ["httpx", "sqlalchemy", "tenacity", "pyrate_limiter", "lark_oapi", "alembic", "pyarrow", "jinja2"]

# Airflow imports httpx itself when it sets its logging up, unless it is told to be a library only.
AS_A_LIBRARY = {"_AIRFLOW__AS_LIBRARY": "1"}
ALL_LOADED = f"""
import importlib, json, sys
for module in {MODULES}:
    importlib.import_module(module)
print(json.dumps(sorted(sys.modules)))
"""

# What Airflow has loaded for itself is put aside, and importing it anew is made impossible.
WITHOUT_HEAVY = f"""
import importlib, sys
from airflow.sdk import BaseAsyncOperator, BaseHook
for name in list(sys.modules):
    if name.partition(".")[0] in {HEAVY}:
        del sys.modules[name]
sys.modules.update(dict.fromkeys({HEAVY}))
for module in {MODULES}:
    importlib.import_module(module)
"""

# Airflow's own modules for command lines load SQLAlchemy; what comes on top is ours.
COMMAND_LINE = """
import json, sys
import airflow.cli.cli_config
before = set(sys.modules)
from airflow_provider_booking.cli.definition import get_commands
get_commands()
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def run(program: str, **environment: str) -> str:
    ran = subprocess.run(  # noqa: S603  (our own interpreter, our own text)
        [sys.executable, "-c", program],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@cache
def loaded() -> frozenset[str]:
    """Name all that is loaded once operators and hooks are, in a fresh interpreter."""
    return frozenset(json.loads(run(ALL_LOADED, **AS_A_LIBRARY).splitlines()[-1]))


@pytest.mark.parametrize("name", ["httpx", "tenacity", "pyrate_limiter", "lark_oapi", "pyarrow"])
def test_importing_operators_and_hooks_does_not_import(name: str) -> None:
    assert name not in loaded()


def test_importing_operators_and_hooks_imports_nothing_of_the_engine_of_change_sets() -> None:
    assert not [name for name in loaded() if name.startswith("airflow_provider_booking.change_sets")]


@pytest.mark.parametrize("vendor", VENDORS)
def test_importing_operators_and_hooks_imports_no_vendor_client(vendor: str) -> None:
    assert not [name for name in loaded() if name.startswith(f"airflow_provider_booking.vendors.{vendor}")]


def test_importing_operators_and_hooks_imports_neither_transport_nor_settings() -> None:
    ours = {name for name in loaded() if name.startswith("airflow_provider_booking.vendors.")}
    assert ours == {f"airflow_provider_booking.vendors.{light}" for light in ("patience", "sharing")}


def test_operators_and_hooks_load_where_nothing_heavy_can_be_imported() -> None:
    run(WITHOUT_HEAVY)


def test_building_the_command_line_imports_nothing_but_its_definition() -> None:
    added = set(json.loads(run(COMMAND_LINE, **AS_A_LIBRARY).splitlines()[-1]))
    ours = "airflow_provider_booking"
    assert added - {ours} == {f"{ours}.cli", f"{ours}.cli.definition", f"{ours}.cli.exits"}
