"""The update operators in a real Airflow: scheduler, task processes, connections, XCom, logs."""

import json
from http.client import HTTPConnection
from pathlib import Path

import pytest

from dev.vendor_forms import FORMS, flat
from tests.system.one_booking import Wish, wishes
from tests.system.stage import CONN_IDS, RESERVE_PASSWORD, TITLE, VENDORS, Run, Stage

pytestmark = pytest.mark.system

NEW_PASSWORD = "864209753"
XCOM_MEMBERS = {"vendor", "conn_id", "booking_id", "outcome", "changed", "warnings"}
# Of each vendor: its bookings in the mapped run, and the field that it changes. At Zoho there are only two:
# each process fetches a token of its own, and Zoho gives ten in ten minutes (docs/vendors/zoho.md).
MAPPED = {
    "feishu": ([f"692{n:016d}" for n in range(1, 11)], "meeting_settings.topic"),
    "zoho": ([f"1597{n:015d}" for n in (1, 2)], "title"),
    "jicoo": ([f"jicoo{n:07d}" for n in range(1, 11)], "name"),
    "onlive": ([f"a0000000-0000-4000-8000-{n:012d}" for n in range(1, 4)], "title"),
    "kos": ([f"66a1{n:020d}" for n in range(1, 4)], "reservation.reservationMemo"),
}
# Of each vendor: the booking of a task that is refused, and what its error names.
REFUSED = {
    "feishu": ("6920000000000000011", "end_time"),
    "zoho": ("1597000000000000011", "dateandtime.start"),
    "jicoo": ("jicoo0000011", "colour"),
    "onlive": ("a0000000-0000-4000-8000-000000000011", "startAt"),
    "kos": ("66a100000000000000000011", "zoneId"),
}
SECRETS = (
    "sandbox-secret",
    "sk_live_sandbox",
    "1000.sandbox.refresh",
    "00000000-0000-4000-8000-000000000000",
)

every_vendor = pytest.mark.parametrize("vendor", VENDORS)


def tenant_token(stage: Stage) -> str:
    """Return the token that the operators were given: Feishu gives the same one while it is fresh."""
    connection = HTTPConnection("127.0.0.1", stage.vendors.port)
    body = json.dumps({"app_id": "cli_sandbox", "app_secret": "sandbox-secret"})
    connection.request("POST", "/feishu/open-apis/auth/v3/tenant_access_token/internal", body)
    token = json.loads(connection.getresponse().read())["tenant_access_token"]
    connection.close()
    return str(token)


class TestTheSampleDag:
    @pytest.fixture(params=VENDORS)
    def wish(self, one_run: Run, request: pytest.FixtureRequest) -> Wish:
        """What each vendor was asked for, one after the other."""
        run_after = one_run.stage.api.run_after(one_run.dag_id, one_run.run_id)
        return wishes(one_run.stage.params, run_after, one_run.stage.before)[request.param]

    def test_succeeds(self, one_run: Run) -> None:
        failures = [failure for vendor in VENDORS for failure in one_run.failures(vendor)]
        assert one_run.state == "success", failures

    def test_with_its_form_as_it_is_succeeds(self, form_run: Run) -> None:
        assert form_run.state == "success"
        assert {form_run.xcoms(vendor)[0]["outcome"] for vendor in VENDORS} == {"applied"}

    def test_changes_what_was_asked_for_and_nothing_else(self, one_run: Run, wish: Wish) -> None:
        form = FORMS[wish.vendor]
        before, after = (
            form.find(wish.booking_id, held[wish.vendor]) for held in (one_run.stage.before, one_run.held)
        )
        assert form.changed(before, after) == wish.fields.keys()
        assert {name: flat(after)[name] for name in wish.fields} == wish.fields

    def test_sends_one_write_a_booking(self, one_run: Run, wish: Wish) -> None:
        sent = one_run.written(wish.vendor, wish.booking_id)
        assert [request["status"] for request in sent] == [200]

    def test_tells_nobody_where_the_vendor_can_be_silenced(self, one_run: Run) -> None:
        vendors = one_run.stage.vendors
        assert [vendors.notifications(vendor) for vendor in VENDORS if vendor != "onlive"] == [[]] * 4

    def test_returns_what_changed(self, one_run: Run, wish: Wish) -> None:
        (returned,) = one_run.xcoms(wish.vendor)
        assert returned.keys() == XCOM_MEMBERS
        assert (returned["vendor"], returned["booking_id"]) == (wish.vendor, wish.booking_id)
        assert returned["conn_id"] == CONN_IDS[wish.vendor]
        assert returned["outcome"] == "applied"
        assert all(
            each["before"] != each["after"] or "***" in each.values() for each in returned["changed"].values()
        )

    @pytest.mark.parametrize(
        ("vendor", "field", "before", "after"),
        [
            ("feishu", "meeting_settings.topic", "my meeting", TITLE),
            ("zoho", "title", "Booking", TITLE),
            ("jicoo", "name", "Consultation", TITLE),
            ("onlive", "title", "Updated Product Demo Meeting", TITLE),
            ("kos", "reservationMemo", "***", "***"),
        ],
    )
    def test_returns_each_value_before_and_after(
        self, one_run: Run, vendor: str, field: str, before: str, after: str
    ) -> None:
        (returned,) = one_run.xcoms(vendor)
        assert returned["changed"][field] == {"before": before, "after": after}

    def test_returns_no_secret_and_no_password(self, one_run: Run) -> None:
        returned = json.dumps([one_run.xcoms(vendor) for vendor in VENDORS])
        for secret in (*SECRETS, RESERVE_PASSWORD):
            assert secret not in returned


class TestMappedTasks:
    def test_succeed_all(self, mapped_run: Run) -> None:
        assert {task.state for task in mapped_run.tasks} == {"success"}
        assert len(mapped_run.tasks) == sum(len(ids) for ids, _ in MAPPED.values())

    @every_vendor
    def test_return_each_its_own_booking(self, mapped_run: Run, vendor: str) -> None:
        ids, _ = MAPPED[vendor]
        assert [returned["booking_id"] for returned in mapped_run.xcoms(vendor)] == ids

    @every_vendor
    def test_change_every_booking_at_the_vendors(self, mapped_run: Run, vendor: str) -> None:
        ids, field = MAPPED[vendor]
        records = [flat(mapped_run.stage.vendors.booking(vendor, booking_id)) for booking_id in ids]
        assert {record[field] for record in records} == {"Room 4"}

    @every_vendor
    def test_run_again_find_nothing_to_change(self, repeated_run: Run, vendor: str) -> None:
        assert {returned["outcome"] for returned in repeated_run.xcoms(vendor)} == {"unchanged"}

    @every_vendor
    def test_run_again_send_nothing(self, repeated_run: Run, vendor: str) -> None:
        ids, _ = MAPPED[vendor]
        assert [repeated_run.written(vendor, booking_id) for booking_id in ids] == [[]] * len(ids)


class TestAMeetingPassword:
    def test_is_set_at_the_vendor(self, password_run: Run) -> None:
        assert password_run.state == "success"
        assert password_run.stage.vendors.booking("feishu", "6920000000000000012")["password"] == NEW_PASSWORD

    def test_is_said_to_have_changed_and_not_shown(self, password_run: Run) -> None:
        (returned,) = password_run.xcoms("feishu")
        assert returned["changed"]["meeting_settings.password"]["after"] == "***"
        assert NEW_PASSWORD not in json.dumps(returned)

    def test_is_starred_in_the_rendered_fields(self, password_run: Run) -> None:
        (task,) = password_run.tasks
        shown = password_run.stage.api.rendered_fields(password_run.dag_id, password_run.run_id, task)
        assert "password" in json.dumps(shown)
        assert NEW_PASSWORD not in json.dumps(shown)


class TestBadInput:
    def test_fails_the_tasks(self, refused_run: Run) -> None:
        assert [task.state for task in refused_run.tasks] == ["failed"] * len(VENDORS)

    @every_vendor
    def test_is_named_in_one_sentence(self, refused_run: Run, vendor: str) -> None:
        (sentence,) = refused_run.failures(vendor)
        assert REFUSED[vendor][1] in sentence
        assert "\n" not in sentence

    @every_vendor
    def test_is_refused_before_anything_is_sent(self, refused_run: Run, vendor: str) -> None:
        assert refused_run.about(vendor, REFUSED[vendor][0]) == []


class TestConnections:
    @pytest.mark.parametrize(
        ("conn_type", "extras"),
        [
            ("feishu", {"user_access_token", "user_id_type"}),
            ("zoho_calendar", {"refresh_token", "accounts_url", "send_as"}),
            ("jicoo", set[str]()),
            ("onlive", {"signer"}),
            ("kos", {"auth_header", "auth_prefix", "time_zone"}),
        ],
    )
    def test_have_a_form_with_their_own_fields(self, stage: Stage, conn_type: str, extras: set[str]) -> None:
        shared = {"rate_limit", "read_rate_limit", "max_concurrency", "timeout", "verify"}
        assert stage.api.connection_forms()[conn_type]["extra_fields"].keys() == shared | extras

    @pytest.mark.parametrize("conn_id", CONN_IDS.values())
    def test_are_found_to_work(self, stage: Stage, conn_id: str) -> None:
        works, _ = stage.api.test_connection(conn_id, stage.connections[conn_id])
        assert works

    @pytest.mark.parametrize("conn_id", CONN_IDS.values())
    def test_with_a_wrong_secret_are_found_not_to_work(self, stage: Stage, conn_id: str) -> None:
        works, sentence = stage.api.test_connection(
            conn_id, {**stage.connections[conn_id], "password": "wrong-one"}
        )
        assert not works
        assert "wrong-one" not in sentence

    @pytest.mark.parametrize("conn_id", CONN_IDS.values())
    def test_are_shown_without_their_secret(self, stage: Stage, conn_id: str) -> None:
        assert stage.api.connection(conn_id)["password"] == "***"


class TestLogs:
    def test_are_those_of_every_component_and_every_task(self, logs: dict[Path, str]) -> None:
        names = [path.stem for path in logs]
        assert {"api-server", "scheduler", "dag-processor", "triggerer"} <= set(names)
        bookings = sum(len(ids) for ids, _ in MAPPED.values())
        assert names.count("attempt=1") >= bookings + 2 * len(VENDORS)  # mapped; sample and refused

    def test_of_the_tasks_are_at_debug_level(self, one_run: Run) -> None:
        lines = one_run.stage.api.log(one_run.dag_id, one_run.run_id, one_run.of("feishu")[0])
        assert "debug" in {line.get("level") for line in lines}

    @pytest.mark.parametrize("secret", SECRETS)
    def test_hold_no_secret_of_a_connection(self, logs: dict[Path, str], secret: str) -> None:
        assert [path for path, text in logs.items() if secret in text] == []

    def test_hold_no_token(self, stage: Stage, logs: dict[Path, str]) -> None:
        token = tenant_token(stage)
        assert [path for path, text in logs.items() if token in text] == []

    @pytest.mark.parametrize("password", [RESERVE_PASSWORD, NEW_PASSWORD])
    def test_hold_no_meeting_password(
        self, one_run: Run, password_run: Run, logs: dict[Path, str], password: str
    ) -> None:
        held = [*one_run.held["feishu"], *password_run.held["feishu"]]
        assert password in {reserve.get("password") for reserve in held}
        assert [path for path, text in logs.items() if password in text] == []
