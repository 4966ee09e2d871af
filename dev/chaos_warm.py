"""All that a process of the campaign will need, loaded once: what is forked has it from the start."""

import gc
import importlib
import json
import os
import pkgutil
from typing import Any

from airflow.sdk import BaseHook, ObjectStoragePath

import airflow_provider_booking

_OTHERS = ("alembic.command", "dev.chaos_campaign")  # one makes the tables; the other is who plays rounds
_APART = ("sandbox", "cli", "migrations")
"""What of our own package no task loads."""

for _found in pkgutil.walk_packages(airflow_provider_booking.__path__, "airflow_provider_booking."):
    if not set(_APART) & set(_found.name.split(".")):
        importlib.import_module(_found.name)
for _name in _OTHERS:
    importlib.import_module(_name)

# Airflow loads much when it is first asked for a connection, or for a place where files are.
os.environ["AIRFLOW_CONN_WARM"] = json.dumps({"conn_type": "jicoo", "password": "sandbox"})
BaseHook.get_connection("warm")
del os.environ["AIRFLOW_CONN_WARM"]
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
PLACE: Any = ObjectStoragePath(__file__)
PLACE.open("rb").close()

# What is here already is nobody's garbage: looking through it in each process would copy all of its memory.
gc.freeze()
