"""What holds for any reserve and any update of it, with the simulator as the judge."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from tests.wire import writes

Json = dict[str, Any]

# One sandbox and one client serve all examples of a test; each example has a reserve of its own.
on_the_wire = examples(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

USER_IDS = st.integers(1, 20).map(lambda number: f"ou_{number:032d}")
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20)
CHECKER = st.one_of(
    st.fixed_dictionaries(
        {
            "check_field": st.just(1),
            "check_mode": st.sampled_from([1, 2]),
            "check_list": st.lists(USER_IDS, max_size=3),
        }
    ),
    st.fixed_dictionaries(
        {
            "check_field": st.just(2),
            "check_mode": st.sampled_from([1, 2]),
            "check_list": st.lists(st.sampled_from(["1", "2", "6", "7"]), max_size=3),
        }
    ),
)
PERMISSION = st.fixed_dictionaries(
    {"permission": st.sampled_from([1, 2, 3]), "permission_checkers": st.lists(CHECKER, max_size=2)}
)
NUMBER = st.fixed_dictionaries(
    {"main_address": st.just("+86-02187654321")}, optional={"nickname": TEXT.filter(bool)}
)
CALLEE = st.fixed_dictionaries(
    {"user_type": st.sampled_from([1, 6])}, optional={"id": USER_IDS, "pstn_sip_info": NUMBER}
)
SETTINGS = {
    "topic": TEXT,
    "action_permissions": st.lists(PERMISSION, max_size=2),
    "meeting_initial_type": st.just(1),  # two would forbid auto_record
    "call_setting": st.fixed_dictionaries({"callee": CALLEE}),
    "auto_record": st.booleans(),
    "assign_host_list": st.lists(
        st.fixed_dictionaries({"user_type": st.just(1), "id": USER_IDS}), max_size=10
    ),
    "password": st.just("") | st.from_regex(r"[0-9]{4,9}", fullmatch=True),
}
CLEARABLE = ("topic", "password", "action_permissions", "assign_host_list")
SOME_SETTINGS = st.fixed_dictionaries({}, optional=SETTINGS)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        name: strategy | st.none() if name in CLEARABLE else strategy for name, strategy in SETTINGS.items()
    },
)


@pytest.fixture(autouse=True)
def _no_rate_limit(sandbox: Sandbox) -> None:
    sandbox.limits("feishu", None)


def seeded(sandbox: Sandbox, settings: Json) -> str:
    """Store a reserve that has these settings and no others."""
    rest = {name: value for name, value in settings.items() if name != "password"}
    record = {"password": settings.get("password", ""), "meeting_settings": rest}
    return sandbox.seed("feishu", bookings=[record])[0]


def leaves(value: Any, path: str = "") -> Json:
    """Flatten a record; what is empty is as good as absent, and a recording that nobody asked for is off."""
    if isinstance(value, dict):
        return {
            at: leaf for name, inner in value.items() for at, leaf in leaves(inner, f"{path}/{name}").items()
        }
    return {} if value in ("", [], None, False) else {path: value}


def cleared_or_set(changes: Json) -> set[str]:
    """Name the leaves that a change speaks of."""
    return {
        "/password" if name == "password" else f"/meeting_settings/{name}{inner}"
        for name, value in changes.items()
        for inner in (_paths(value) if isinstance(value, dict) else [""])
    }


def _paths(value: Any, path: str = "") -> list[str]:
    if not isinstance(value, dict):
        return [path]
    return [at for name, inner in value.items() for at in _paths(inner, f"{path}/{name}")]


@on_the_wire
@given(stored=SOME_SETTINGS, changes=CHANGES)
async def test_an_update_sets_what_it_names_and_leaves_every_other_field(
    sandbox: Sandbox, feishu: FeishuClient, stored: Json, changes: Json
) -> None:
    reserve_id = seeded(sandbox, stored)
    before = leaves(sandbox.booking("feishu", reserve_id))
    await feishu.update_booking(reserve_id, {"meeting_settings": changes})
    after = leaves(sandbox.booking("feishu", reserve_id))

    named = cleared_or_set(changes)
    rest = {name: value for name, value in changes.items() if name != "password"}
    wanted = leaves({"password": changes.get("password"), "meeting_settings": rest})
    assert after == {path: value for path, value in before.items() if path not in named} | wanted


@on_the_wire
@given(stored=SOME_SETTINGS, changes=CHANGES)
async def test_the_result_names_exactly_what_changed(
    sandbox: Sandbox, feishu: FeishuClient, stored: Json, changes: Json
) -> None:
    reserve_id = seeded(sandbox, stored)
    before = leaves(sandbox.booking("feishu", reserve_id))
    result = await feishu.update_booking(reserve_id, {"meeting_settings": changes})
    after = leaves(sandbox.booking("feishu", reserve_id))
    differing = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    shown = {name.replace(".", "/") for name in result.changed}
    assert {f"/{name}".replace("/meeting_settings/password", "/password") for name in shown} == differing
    assert (result.outcome == Outcome.UNCHANGED) == (not differing)


@on_the_wire
@given(stored=SOME_SETTINGS)
async def test_a_reserve_read_and_written_back_is_left_alone(
    sandbox: Sandbox, feishu: FeishuClient, stored: Json
) -> None:
    reserve_id = seeded(sandbox, stored)
    record = (await feishu.get_booking(reserve_id)).raw
    as_read = {"end_time": record["end_time"], "meeting_settings": record["meeting_settings"]}
    result = await feishu.update_booking(reserve_id, as_read)
    assert result.outcome == Outcome.UNCHANGED
    assert writes(sandbox, "feishu") == []


@on_the_wire
@given(end_in=st.integers(60, 30 * 86400 - 60))
async def test_a_renewal_leaves_every_setting(sandbox: Sandbox, feishu: FeishuClient, end_in: int) -> None:
    reserve_id = sandbox.seed("feishu", count=1)[0]
    before = sandbox.booking("feishu", reserve_id)
    end_time = str(int(sandbox.now()) + end_in)
    await feishu.update_booking(reserve_id, {"end_time": end_time})
    assert sandbox.booking("feishu", reserve_id) == before | {"end_time": end_time}
