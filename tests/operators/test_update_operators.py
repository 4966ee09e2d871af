"""The update operators: arguments, templates, what they return, and how they fail."""

import json
import os
from datetime import timedelta
from typing import Any

import pytest
from airflow.sdk import DAG, BaseAsyncOperator
from airflow.sdk.definitions.mappedoperator import MappedOperator
from airflow.sdk.exceptions import AirflowFailException, TaskDeferred
from structlog.testing import capture_logs

from airflow_provider_booking.bookings import OutcomeUnknown, VendorUnavailable
from airflow_provider_booking.sandbox import Sandbox
from tests.operators.conftest import FEISHU, JICOO, KOS, ONLIVE, ZOHO, Case, Connect, run
from tests.wire import writes

# Of Zoho's sample; two of them are groups.
ATTENDING, BOOKED_BY = {"cal2@example.com", "cal3@example.com", "v399", "v400"}, "cal1@example.com"
USER_1, STRANGER = (f"ou_{number:032d}" for number in (1, 901))


class TestArguments:
    def test_are_kept_as_they_are_given(self, case: Case) -> None:
        given = {case.id_argument: object(), "changes": object(), case.conn_argument: object()}
        task = case.task(**given)
        assert {name: getattr(task, name) for name in given} == given

    def test_are_not_judged_before_the_task_runs(self, case: Case) -> None:
        templates = {"changes": "{{ params.changes }}", case.id_argument: "{{ params.id }}"}
        assert vars(case.task(**templates)).items() >= templates.items()

    def test_leave_the_connection_to_its_default(self, case: Case) -> None:
        assert getattr(case.task(), case.conn_argument) == case.conn_id

    def test_are_all_templated(self, case: Case) -> None:
        assert {case.id_argument, "changes", case.conn_argument} <= set(case.operator.template_fields)

    def test_of_a_vendor_with_options_have_these_templated_too(self, case: Case) -> None:
        assert set(case.operator.template_fields) == {
            case.id_argument,
            "changes",
            *case.options,
            case.conn_argument,
        }

    def test_show_their_changes_as_json(self, case: Case) -> None:
        assert case.operator.template_fields_renderers == {"changes": "json"}

    def test_have_to_be_named(self, case: Case) -> None:
        make: Any = case.operator
        with pytest.raises(TypeError):
            make("update", case.booking_id, case.change)


class TestTemplates:
    @pytest.fixture
    def context(self) -> dict[str, Any]:
        return {"params": {"id": "a-1", "title": "Moved", "conn": "mine", "kind": "union_id"}}

    def test_are_rendered_in_every_argument(self, case: Case, context: Any) -> None:
        task = case.task(
            changes={"deep": [{"er": "{{ params.title }}"}]},
            **{case.id_argument: "{{ params.id }}", case.conn_argument: "{{ params.conn }}"},
        )
        task.render_template_fields(context)
        assert getattr(task, case.id_argument) == "a-1"
        assert getattr(task, case.conn_argument) == "mine"
        assert task.changes == {"deep": [{"er": "Moved"}]}

    def test_are_rendered_in_every_option(self, case: Case, context: Any) -> None:
        task = case.task(**dict.fromkeys(case.options, "{{ params.kind }}"))
        task.render_template_fields(context)
        assert [getattr(task, option) for option in case.options] == ["union_id"] * len(case.options)

    def test_may_give_changes_as_a_whole_where_the_dag_renders_native_objects(
        self, case: Case, connect: Connect, context: Any
    ) -> None:
        connect(case.vendor)
        with DAG("native", schedule=None, render_template_as_native_obj=True):
            task = case.task(changes="{{ params.changes }}")
        context["params"] = {"changes": case.change}
        task.render_template_fields(context)
        assert run(task)["outcome"] == "applied"


class TestMapping:
    def test_over_ids_is_possible(self, case: Case) -> None:
        make: Any = case.operator
        with DAG("mapped", schedule=None) as dag:
            mapped = make.partial(task_id="update", changes=case.change).expand(
                **{case.id_argument: ["1", "2"]}
            )
        assert isinstance(mapped, MappedOperator)
        assert dag.task_ids == ["update"]

    def test_over_ids_and_changes_and_connections_is_possible(self, case: Case) -> None:
        make: Any = case.operator
        rows = [{case.id_argument: "1", "changes": case.change, case.conn_argument: "mine"}]
        with DAG("mapped", schedule=None):
            assert isinstance(make.partial(task_id="update").expand_kwargs(rows), MappedOperator)


class TestRun:
    def test_updates_the_booking(self, sandbox: Sandbox, connect: Connect, case: Case) -> None:
        connect(case.vendor)
        run(case.task())
        assert len(writes(sandbox, case.vendor)) == 1

    def test_returns_what_changed(self, connect: Connect, case: Case) -> None:
        connect(case.vendor)
        assert run(case.task()) == {
            "vendor": case.vendor,
            "conn_id": case.conn_id,
            "booking_id": case.booking_id,
            "outcome": "applied",
            "changed": {case.title_field: {"before": case.title, "after": case.new_title}},
            "warnings": list(case.warnings),
        }

    def test_returns_json(self, connect: Connect, case: Case) -> None:
        connect(case.vendor)
        returned = run(case.task())
        assert json.loads(json.dumps(returned)) == returned

    def test_again_finds_nothing_to_change(self, sandbox: Sandbox, connect: Connect, case: Case) -> None:
        connect(case.vendor)
        run(case.task())
        assert run(case.task())["outcome"] == "unchanged"
        assert len(writes(sandbox, case.vendor)) == 1

    def test_uses_the_connection_that_is_named(
        self, connect: Connect, case: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connect(case.vendor)
        monkeypatch.setenv("AIRFLOW_CONN_MINE", os.environ[f"AIRFLOW_CONN_{case.conn_id.upper()}"])
        monkeypatch.delenv(f"AIRFLOW_CONN_{case.conn_id.upper()}")
        returned = run(case.task(**{case.conn_argument: "mine"}))
        assert returned["conn_id"] == "mine"

    def test_hands_feishus_option_on(self, sandbox: Sandbox, connect: Connect) -> None:
        connect("feishu")
        run(FEISHU.task(user_id_type="union_id"))
        (write,) = writes(sandbox, "feishu")
        assert write["query"] == {"user_id_type": "union_id"}

    @pytest.mark.parametrize(
        ("given", "told"), [(None, set()), (0, set()), ("1", ATTENDING), (2, {*ATTENDING, BOOKED_BY})]
    )
    def test_tells_whom_zohos_option_says(
        self, sandbox: Sandbox, connect: Connect, given: Any, told: set[str]
    ) -> None:
        connect("zoho")
        run(ZOHO.task(notify_attendee=given))
        people = [one for notice in sandbox.notifications("zoho") for one in notice["to"]]
        assert sorted(people) == sorted(told)

    def test_changes_the_occurrence_that_zohos_options_name(self, sandbox: Sandbox, connect: Connect) -> None:
        connect("zoho")
        weekly = "1598000000000000002"
        record = sandbox.booking("zoho", weekly)
        run(
            ZOHO.task(
                booking_id=weekly, recurrence_edittype="only", recurrenceid_in_millis=str(record["start"])
            )
        )
        changed = sandbox.booking("zoho", weekly)["exceptions"]
        assert {number: each["title"] for number, each in changed.items()} == {
            str(record["start"]): "Handover"
        }

    @pytest.mark.parametrize(("case", "version"), [(ONLIVE, "v1"), (ONLIVE, "v2"), (KOS, "v1"), (KOS, "v2")])
    def test_speaks_the_version_that_is_named(
        self, sandbox: Sandbox, connect: Connect, case: Case, version: str
    ) -> None:
        connect(case.vendor)
        run(case.task(api_version=version))
        (write,) = writes(sandbox, case.vendor)
        assert f"/{version}/" in write["path"]

    @pytest.mark.parametrize(("case", "version"), [(ONLIVE, "v1"), (KOS, "v2")])
    def test_has_a_version_of_its_own(
        self, sandbox: Sandbox, connect: Connect, case: Case, version: str
    ) -> None:
        connect(case.vendor)
        run(case.task())
        (write,) = writes(sandbox, case.vendor)
        assert f"/{version}/" in write["path"]

    def test_returns_no_password(self, sandbox: Sandbox, connect: Connect) -> None:
        connect("feishu")
        before, after = sandbox.booking("feishu", FEISHU.booking_id)["password"], "86420975"
        returned = run(FEISHU.task(changes={"meeting_settings": {"password": after}}))
        assert sandbox.booking("feishu", FEISHU.booking_id)["password"] == after
        assert before
        assert [each for each in (before, after) if each in json.dumps(returned)] == []

    def test_is_async_and_so_waits_without_a_trigger(self, case: Case) -> None:
        assert issubclass(case.operator, BaseAsyncOperator)

    def test_ends_at_its_execution_timeout(self, sandbox: Sandbox, connect: Connect, case: Case) -> None:
        connect(case.vendor)
        case.spoil_reads(sandbox, {"timeout": 30})
        with pytest.raises(TimeoutError):
            run(case.task(execution_timeout=timedelta(seconds=0.2)))


class TestWarnings:
    def test_are_returned(self, connect: Connect) -> None:
        connect("feishu")
        hosts = [{"user_type": 1, "id": USER_1}, {"user_type": 1, "id": STRANGER}]
        returned = run(FEISHU.task(changes={"meeting_settings": {"assign_host_list": hosts}}))
        assert returned["warnings"] == [f"Feishu left out hosts that it cannot use: {STRANGER}"]

    def test_are_logged(self, connect: Connect) -> None:
        connect("jicoo")
        with capture_logs() as lines:
            run(JICOO.task(changes={"name": "Handover", "updateMessage": "We moved"}))
        warned = [line["event"] for line in lines if line["log_level"] == "warning"]
        assert "updateMessage is given but isSendUpdates is not true: nobody is told" in warned


class TestPermanentFailures:
    """A retry would fail the same way, so Airflow is told not to make one."""

    @pytest.mark.parametrize(
        ("otherwise", "said"),
        [
            ({"changes": {}}, "changes is empty: name at least one field"),
            ({"changes": "{'name': 'x'}"}, "changes is a str: .*render_template_as_native_obj=True"),
            ({"changes": None}, "changes is a NoneType"),
            ({"changes": {"colour": "red"}}, "colour is not a known field"),
        ],
    )
    def test_bad_changes_are_named(
        self, sandbox: Sandbox, connect: Connect, case: Case, otherwise: dict[str, Any], said: str
    ) -> None:
        connect(case.vendor)
        with pytest.raises(AirflowFailException, match=said):
            run(case.task(**otherwise))
        assert sandbox.requests() == []

    def test_an_empty_id_is_named(self, sandbox: Sandbox, connect: Connect, case: Case) -> None:
        connect(case.vendor)
        with pytest.raises(AirflowFailException, match=f"{case.id_argument} is empty"):
            run(case.task(**{case.id_argument: ""}))
        assert sandbox.requests() == []

    def test_a_bad_option_is_named(self, sandbox: Sandbox, connect: Connect) -> None:
        connect("feishu")
        with pytest.raises(AirflowFailException, match="user_id_type must be"):
            run(FEISHU.task(user_id_type="email"))
        assert sandbox.requests() == []

    def test_a_bad_connection_is_named(self, sandbox: Sandbox, connect: Connect, case: Case) -> None:
        connect(case.vendor, host="api.example.com")
        with pytest.raises(AirflowFailException, match=f"connection {case.conn_id}: host has no scheme"):
            run(case.task())
        assert sandbox.requests() == []

    def test_an_unknown_booking_is_one(self, connect: Connect, case: Case) -> None:
        connect(case.vendor)
        with pytest.raises(AirflowFailException, match=f"HTTP {case.unknown_status}"):
            run(case.task(**{case.id_argument: case.unknown_id}))

    def test_a_wrong_secret_is_one(self, connect: Connect, case: Case) -> None:
        connect(case.vendor, password="wrong-one")
        with pytest.raises(AirflowFailException) as raised:
            run(case.task())
        assert "wrong-one" not in str(raised.value)

    def test_a_used_up_quota_is_one(self, sandbox: Sandbox, connect: Connect) -> None:
        connect("feishu")
        sandbox.switch("feishu", monthly_quota=0)
        with pytest.raises(AirflowFailException, match="quota is used up"):
            run(FEISHU.task())

    def test_a_booking_that_a_person_must_look_at_is_one(
        self, sandbox: Sandbox, connect: Connect, case: Case
    ) -> None:
        connect(case.vendor)
        record = sandbox.booking(case.vendor, case.booking_id)
        case.spoil_updates(sandbox, {"status": 200, "body": case.shows(record)})
        with pytest.raises(AirflowFailException, match="look at the booking at the vendor"):
            run(case.task())

    def test_say_all_in_one_sentence_without_a_chain(self, connect: Connect, case: Case) -> None:
        connect(case.vendor)
        with pytest.raises(AirflowFailException) as raised:
            run(case.task(**{case.id_argument: case.unknown_id}))
        assert "\n" not in str(raised.value)
        assert raised.value.__suppress_context__


class TestFailuresThatARetryMayMend:
    @pytest.fixture(autouse=True)
    def _one_attempt(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AIRFLOW__BOOKING__REQUEST_ATTEMPTS", "1")

    def test_a_vendor_that_is_not_there_is_one(self, connect: Connect, case: Case, closed_port: int) -> None:
        connect(case.vendor, url=f"http://127.0.0.1:{closed_port}")
        with pytest.raises(VendorUnavailable):
            run(case.task())

    def test_a_wait_that_is_too_long_for_a_worker_slot_is_none(
        self, sandbox: Sandbox, connect: Connect, case: Case
    ) -> None:
        connect(case.vendor)
        case.spoil_reads(sandbox, {"throttle": {"retry_after": "90"}})
        with pytest.raises(TaskDeferred):
            run(case.task())

    def test_a_lost_answer_that_cannot_be_settled_is_one(
        self, sandbox: Sandbox, connect: Connect, case: Case
    ) -> None:
        connect(case.vendor)
        case.spoil_updates(sandbox, {"drop": "after"})
        case.spoil_reads(sandbox, {"html": 502}, skip=1, times=None)
        with pytest.raises(OutcomeUnknown, match="reading back failed"):
            run(case.task())

    def test_a_lost_answer_is_settled_by_the_next_attempt(
        self, sandbox: Sandbox, connect: Connect, case: Case
    ) -> None:
        connect(case.vendor)
        case.spoil_updates(sandbox, {"drop": "after"})
        case.spoil_reads(sandbox, {"html": 502}, skip=1)
        with pytest.raises(OutcomeUnknown):
            run(case.task())
        assert run(case.task())["outcome"] == "unchanged"
        assert len(writes(sandbox, case.vendor)) == 1
