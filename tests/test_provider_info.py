"""What Airflow reads about the provider agrees with Airflow's schema, the hooks and the settings."""

import importlib
import inspect
import json
import subprocess
import sys
from dataclasses import asdict
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import jsonschema  # type: ignore[import-untyped]  # its stubs are a package of their own
import pytest
from airflow.sdk.configuration import conf
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

import airflow_provider_booking
from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets import leasing
from airflow_provider_booking.change_sets.ledger import open_ledger
from airflow_provider_booking.hooks.vendor import VendorHook
from airflow_provider_booking.provider_info import get_provider_info
from airflow_provider_booking.vendors.feishu.models import UserIdType
from airflow_provider_booking.vendors.patience import Patience
from airflow_provider_booking.vendors.registry import VENDORS, client_class
from airflow_provider_booking.vendors.settings import VendorSettings

INFO = get_provider_info()
CONNECTIONS = INFO["connection-types"]
OPTIONS: dict[str, dict[str, Any]] = INFO["config"]["booking"]["options"]
# Options of Airflow's configuration, and the fields of Patience that they fill.
PATIENCE = {
    "request_attempts": "attempts",
    "request_seconds": "seconds",
    "longest_wait": "longest_wait",
    "settle_delay": "settle_delay",
    "fresh_for": "fresh_for",
}
# Prints what is loaded beside the standard library. Without site, so that nothing else is on the path.
LOADED_BY_INFO = """
import sys
before = set(sys.modules)
from airflow_provider_booking.provider_info import get_provider_info
get_provider_info()
new = set(sys.modules) - before
print(*sorted(name for name in new if name.partition(".")[0] not in sys.stdlib_module_names))
"""
STANDARD_FIELDS = {"login", "password", "host", "port", "schema"}

every_connection = pytest.mark.parametrize(
    "connection", CONNECTIONS, ids=lambda connection: connection["connection-type"]
)


def hook_of(connection: dict[str, Any]) -> type[VendorHook]:
    module, _, name = connection["hook-class-name"].rpartition(".")
    hook: type[VendorHook] = getattr(importlib.import_module(module), name)
    return hook


def settings_of(connection: dict[str, Any]) -> type[VendorSettings]:
    client: Any = client_class(hook_of(connection).vendor)
    settings: type[VendorSettings] = client.settings_model
    return settings


def extras_of(connection: dict[str, Any]) -> set[str]:
    return settings_of(connection).model_fields.keys() - {"conn_id", *STANDARD_FIELDS}


def is_taken(connection: dict[str, Any], field: str, value: Any) -> bool:
    """Say whether the settings take this value of an extra."""
    settings = settings_of(connection)
    fields = settings.model_fields
    login = "somebody" if "login" in fields else None
    needed = {"refresh_token": "secret"} if "refresh_token" in fields else {}
    host = "https://api.example.com" if fields["host"].is_required() else None
    try:
        settings.from_connection(
            "c", login=login, password="secret", host=host, extra={**needed, field: value}
        )
    except InvalidInput:
        return False
    return True


class TestMetadata:
    def test_fits_airflows_own_schema(self) -> None:
        schema = json.loads((files("airflow") / "provider_info.schema.json").read_text())
        jsonschema.validate(INFO, schema)

    def test_is_found_by_its_entry_point(self) -> None:
        (found,) = (
            each
            for each in entry_points(group="apache_airflow_provider")
            if each.value.startswith("airflow_provider_booking.")
        )
        assert found.load()() == INFO
        assert found.dist is not None
        assert found.dist.name == INFO["package-name"]

    def test_is_found_by_airflow(self) -> None:
        make: Any = ProvidersManagerTaskRuntime
        provider = make().providers[INFO["package-name"]]
        assert (provider.version, provider.data["name"]) == (
            airflow_provider_booking.__version__,
            INFO["name"],
        )

    @pytest.mark.parametrize("floor", ["hooks", "operators"])
    def test_names_modules_that_are_there(self, floor: str) -> None:
        named = [module for each in INFO[floor] for module in each["python-modules"]]
        assert [importlib.import_module(module).__name__ for module in named] == named

    @pytest.mark.parametrize("floor", ["hooks", "operators"])
    def test_names_every_vendor(self, floor: str) -> None:
        modules = {module.rpartition(".")[2] for each in INFO[floor] for module in each["python-modules"]}
        assert modules - {"change_sets"} == set(VENDORS)

    def test_uses_the_integrations_that_it_declares(self) -> None:
        declared = {each["integration-name"] for each in INFO["integrations"]}
        assert {each["integration-name"] for each in INFO["operators"]} == declared
        assert {each["integration-name"] for each in INFO["hooks"]} == declared - {"Booking change sets"}

    def test_loads_nothing_but_itself(self) -> None:
        ran = subprocess.run(  # noqa: S603  (our own interpreter, our own text)
            [sys.executable, "-S", "-c", LOADED_BY_INFO],
            env={"PYTHONPATH": str(Path(airflow_provider_booking.__file__).parents[1])},
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        )
        assert ran.stdout.split() == ["airflow_provider_booking", "airflow_provider_booking.provider_info"]


class TestConnectionTypes:
    def test_are_those_of_the_vendors(self) -> None:
        assert [hook_of(connection).vendor for connection in CONNECTIONS] == list(VENDORS)

    @every_connection
    def test_agree_with_their_hook(self, connection: dict[str, Any]) -> None:
        hook = hook_of(connection)
        assert (hook.conn_type, hook.hook_name) == (connection["connection-type"], connection["hook-name"])

    @every_connection
    def test_lead_airflow_to_their_hook(self, connection: dict[str, Any]) -> None:
        make: Any = ProvidersManagerTaskRuntime
        found = make().hooks[connection["connection-type"]]
        assert found is not None
        assert found.hook_class_name == connection["hook-class-name"]
        assert found.connection_id_attribute_name == hook_of(connection).conn_name_attr

    @every_connection
    def test_have_a_form_field_for_every_extra_and_no_other(self, connection: dict[str, Any]) -> None:
        assert connection["conn-fields"].keys() == extras_of(connection)

    @every_connection
    def test_hide_the_standard_fields_that_are_not_used(self, connection: dict[str, Any]) -> None:
        used = STANDARD_FIELDS & settings_of(connection).model_fields.keys()
        hidden = set(connection["ui-field-behaviour"]["hidden-fields"])
        assert hidden == (STANDARD_FIELDS - used) | {"extra"}

    @every_connection
    def test_call_the_standard_fields_what_errors_call_them(self, connection: dict[str, Any]) -> None:
        labels = connection["ui-field-behaviour"]["relabeling"]
        titles = {
            name: field.title for name, field in settings_of(connection).model_fields.items() if field.title
        }
        assert {name: labels[name].lower() for name in titles} == {
            name: title.lower() for name, title in titles.items()
        }

    @every_connection
    def test_show_the_host_that_is_used_by_default(self, connection: dict[str, Any]) -> None:
        shown, field = (
            connection["ui-field-behaviour"]["placeholders"]["host"],
            settings_of(connection).model_fields["host"],
        )
        assert "required" in shown if field.is_required() else shown.startswith(field.default)

    @every_connection
    def test_let_every_field_of_the_form_be_empty(self, connection: dict[str, Any]) -> None:
        for field in connection["conn-fields"].values():
            jsonschema.validate(None, field["schema"])

    @every_connection
    def test_hide_what_is_secret(self, connection: dict[str, Any]) -> None:
        secret = {name for name in extras_of(connection) if "token" in name or "secret" in name}
        masked = {
            name
            for name, field in connection["conn-fields"].items()
            if field["schema"].get("format") == "password"
        }
        assert masked == secret

    @every_connection
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *(("max_concurrency", value) for value in (0, 1, 1000, 1001, 1.5)),
            *(("timeout", value) for value in (0, 0.1, 3600, 3600.5, "soon")),
        ],
    )
    def test_take_in_the_form_what_the_settings_take(
        self, connection: dict[str, Any], field: str, value: Any
    ) -> None:
        form = jsonschema.Draft202012Validator(connection["conn-fields"][field]["schema"])
        assert form.is_valid(value) == is_taken(connection, field, value)

    @pytest.mark.parametrize(
        ("conn_type", "field", "choices"),
        [("feishu", "user_id_type", get_args(UserIdType)), ("zoho_calendar", "send_as", ("query", "form"))],
    )
    def test_offer_the_choices_that_the_settings_take(
        self, conn_type: str, field: str, choices: tuple[str, ...]
    ) -> None:
        (connection,) = (each for each in CONNECTIONS if each["connection-type"] == conn_type)
        offered = connection["conn-fields"][field]["schema"]["enum"]
        assert all(is_taken(connection, field, choice) for choice in offered)
        assert {*offered, None} == {*choices, None}


class TestConfiguration:
    def test_has_an_option_for_all_our_patience(self) -> None:
        others = {"ledger_url", "throttle_url", "keep_days", "lease_seconds", "report_url"}
        assert OPTIONS.keys() == PATIENCE.keys() | others
        assert asdict(Patience()).keys() == set(PATIENCE.values())

    @pytest.mark.parametrize("option", PATIENCE)
    def test_has_our_patience_as_default(self, option: str) -> None:
        assert float(OPTIONS[option]["default"]) == getattr(Patience(), PATIENCE[option])

    @pytest.mark.parametrize("option", ["ledger_url", "throttle_url", "report_url"])
    def test_leaves_places_empty_so_that_they_are_under_airflow_home(self, option: str) -> None:
        assert conf.get("booking", option) == OPTIONS[option]["default"] == ""

    def test_keeps_change_sets_as_long_as_the_ledger_does_by_default(self) -> None:
        keeps = inspect.signature(open_ledger).parameters["keep_days"].default
        assert conf.getfloat("booking", "keep_days") == keeps

    def test_leaves_what_a_killed_worker_had_in_hand_as_long_as_applying_does_by_default(self) -> None:
        assert conf.getfloat("booking", "lease_seconds") == leasing.SECONDS

    @pytest.mark.parametrize("option", PATIENCE)
    def test_is_known_to_airflow(self, option: str) -> None:
        assert conf.getfloat("booking", option) == getattr(Patience(), PATIENCE[option])
