"""Both operators in a real Airflow: scheduler, task processes, connections, XCom, logs."""

import json
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.system.stage import Run, Stage

pytestmark = pytest.mark.system

RESERVE = "6911188411932033028"
BOOKING = "sandboxVb7RE"
RESERVE_PASSWORD = "971024"
NEW_PASSWORD = "864209753"
XCOM_MEMBERS = {"vendor", "conn_id", "booking_id", "outcome", "changed", "warnings"}
WRITES = {"POST", "PUT", "PATCH", "DELETE"}


def writes(stage: Stage, vendor: str, booking_id: str) -> list[dict[str, Any]]:
    """Return what was sent to change this booking."""
    return [
        request
        for request in stage.vendors.requests(vendor)
        if request["method"] in WRITES and booking_id in request["path"]
    ]


def tenant_token(stage: Stage) -> str:
    """Return the token that the operators were given: Feishu gives the same one while it is fresh."""
    connection = HTTPConnection("127.0.0.1", stage.vendors.port)
    body = json.dumps({"app_id": "cli_sandbox", "app_secret": "sandbox-secret"})
    connection.request("POST", "/feishu/open-apis/auth/v3/tenant_access_token/internal", body)
    token = json.loads(connection.getresponse().read())["tenant_access_token"]
    connection.close()
    return str(token)


@pytest.fixture(scope="module")
def logs(one_run: Run, mapped_run: Run, refused_run: Run, password_run: Run) -> dict[Path, str]:
    """Every log of every component and task, at DEBUG level, by file."""
    assert {one_run.state, mapped_run.state, password_run.state} == {"success"}
    assert refused_run.state == "failed"
    return {path: path.read_text() for path in one_run.stage.home.rglob("*.log")}


class TestTheSampleDag:
    def test_succeeds(self, one_run: Run) -> None:
        assert one_run.state == "success", one_run.failures("feishu") + one_run.failures("jicoo")

    def test_gives_the_reserve_its_topic_and_keeps_its_other_settings(self, one_run: Run) -> None:
        settings = one_run.stage.vendors.booking("feishu", RESERVE)["meeting_settings"]
        assert settings["topic"] == "Handover"
        assert settings["auto_record"] is True
        assert settings["meeting_connect"] is True

    def test_keeps_the_meeting_number_for_as_many_days_as_asked(self, one_run: Run) -> None:
        run_after = one_run.stage.api.run_after(one_run.dag_id, one_run.run_id)
        wanted = str(int((run_after + timedelta(days=20)).timestamp()))
        assert one_run.stage.vendors.booking("feishu", RESERVE)["end_time"] == wanted

    def test_moves_the_jicoo_booking_to_the_asked_time(self, one_run: Run) -> None:
        booking = one_run.stage.vendors.booking("jicoo", BOOKING)
        assert booking["name"] == "Second opinion"
        assert booking["startedAt"] == "2027-05-03T00:00:00.000Z"
        assert booking["endedAt"] == "2027-05-03T00:45:00.000Z"

    @pytest.mark.parametrize(("vendor", "booking_id"), [("feishu", RESERVE), ("jicoo", BOOKING)])
    def test_sends_one_write_a_booking(self, one_run: Run, vendor: str, booking_id: str) -> None:
        assert [request["status"] for request in writes(one_run.stage, vendor, booking_id)] == [200]

    def test_tells_no_guest(self, one_run: Run) -> None:
        assert one_run.stage.vendors.notifications("jicoo") == []

    def test_returns_what_changed_at_feishu(self, one_run: Run) -> None:
        (returned,) = one_run.xcoms("feishu")
        assert returned.keys() == XCOM_MEMBERS
        assert (returned["vendor"], returned["conn_id"]) == ("feishu", "feishu_default")
        assert (returned["booking_id"], returned["outcome"]) == (RESERVE, "applied")
        assert returned["changed"].keys() == {"end_time", "meeting_settings.topic"}
        assert returned["changed"]["meeting_settings.topic"] == {"before": "my meeting", "after": "Handover"}
        assert returned["warnings"] == []

    def test_returns_what_changed_at_jicoo(self, one_run: Run) -> None:
        (returned,) = one_run.xcoms("jicoo")
        assert returned.keys() == XCOM_MEMBERS
        assert (returned["vendor"], returned["conn_id"]) == ("jicoo", "jicoo_default")
        assert (returned["booking_id"], returned["outcome"]) == (BOOKING, "applied")
        assert returned["changed"].keys() == {"name", "startedAt", "endedAt"}
        assert returned["changed"]["name"]["after"] == "Second opinion"

    def test_returns_no_secret_and_no_password(self, one_run: Run) -> None:
        returned = json.dumps(one_run.xcoms("feishu") + one_run.xcoms("jicoo"))
        for secret in ("sandbox-secret", "sk_live_sandbox", RESERVE_PASSWORD):
            assert secret not in returned


class TestMappedTasks:
    def test_succeed_all(self, mapped_run: Run) -> None:
        assert [task.state for task in mapped_run.tasks] == ["success"] * 20

    @pytest.mark.parametrize(
        ("vendor", "ids"),
        [
            ("feishu", [f"692{number:016d}" for number in range(1, 11)]),
            ("jicoo", [f"jicoo{number:07d}" for number in range(1, 11)]),
        ],
    )
    def test_return_each_its_own_booking(self, mapped_run: Run, vendor: str, ids: list[str]) -> None:
        assert [returned["booking_id"] for returned in mapped_run.xcoms(vendor)] == ids

    def test_change_every_booking_at_the_vendors(self, mapped_run: Run) -> None:
        vendors = mapped_run.stage.vendors
        topics = {
            vendors.booking("feishu", f"692{n:016d}")["meeting_settings"]["topic"] for n in range(1, 11)
        }
        names = {vendors.booking("jicoo", f"jicoo{n:07d}")["name"] for n in range(1, 11)}
        assert topics == names == {"Room 4"}

    @pytest.mark.parametrize("vendor", ["feishu", "jicoo"])
    def test_run_again_find_nothing_to_change(self, repeated_run: Run, vendor: str) -> None:
        assert {returned["outcome"] for returned in repeated_run.xcoms(vendor)} == {"unchanged"}

    @pytest.mark.parametrize(
        ("vendor", "booking_id"), [("feishu", "6920000000000000001"), ("jicoo", "jicoo0000001")]
    )
    def test_run_again_send_nothing(self, repeated_run: Run, vendor: str, booking_id: str) -> None:
        assert len(writes(repeated_run.stage, vendor, booking_id)) == 1


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
        assert [task.state for task in refused_run.tasks] == ["failed", "failed"]

    @pytest.mark.parametrize(("task_id", "named"), [("feishu", "end_time"), ("jicoo", "colour")])
    def test_is_named_in_one_sentence(self, refused_run: Run, task_id: str, named: str) -> None:
        (sentence,) = refused_run.failures(task_id)
        assert named in sentence
        assert "\n" not in sentence

    @pytest.mark.parametrize(
        ("vendor", "booking_id"), [("feishu", "6920000000000000011"), ("jicoo", "jicoo0000011")]
    )
    def test_is_refused_before_anything_is_sent(self, refused_run: Run, vendor: str, booking_id: str) -> None:
        assert not [
            request for request in refused_run.stage.vendors.requests(vendor) if booking_id in request["path"]
        ]


class TestConnections:
    @pytest.mark.parametrize(
        ("conn_type", "extras"),
        [
            ("feishu", {"user_access_token", "user_id_type"}),
            ("jicoo", set[str]()),
        ],
    )
    def test_have_a_form_with_their_own_fields(self, stage: Stage, conn_type: str, extras: set[str]) -> None:
        shared = {"rate_limit", "read_rate_limit", "max_concurrency", "timeout", "verify"}
        assert stage.api.connection_forms()[conn_type]["extra_fields"].keys() == shared | extras

    @pytest.mark.parametrize("conn_id", ["feishu_default", "jicoo_default"])
    def test_are_found_to_work(self, stage: Stage, conn_id: str) -> None:
        works, _ = stage.api.test_connection(conn_id, stage.connections[conn_id])
        assert works

    @pytest.mark.parametrize("conn_id", ["feishu_default", "jicoo_default"])
    def test_with_a_wrong_secret_are_found_not_to_work(self, stage: Stage, conn_id: str) -> None:
        works, sentence = stage.api.test_connection(
            conn_id, {**stage.connections[conn_id], "password": "wrong-one"}
        )
        assert not works
        assert "wrong-one" not in sentence

    @pytest.mark.parametrize("conn_id", ["feishu_default", "jicoo_default"])
    def test_are_shown_without_their_secret(self, stage: Stage, conn_id: str) -> None:
        assert stage.api.connection(conn_id)["password"] == "***"


class TestLogs:
    def test_are_those_of_every_component_and_every_task(self, logs: dict[Path, str]) -> None:
        names = [path.stem for path in logs]
        assert {"api-server", "scheduler", "dag-processor", "triggerer"} <= set(names)
        assert names.count("attempt=1") >= 2 * (1 + 10 + 1)  # a vendor: sample, mapped, refused

    def test_of_the_tasks_are_at_debug_level(self, one_run: Run) -> None:
        lines = one_run.stage.api.log(one_run.dag_id, one_run.run_id, one_run.of("feishu")[0])
        assert "debug" in {line.get("level") for line in lines}

    @pytest.mark.parametrize("secret", ["sandbox-secret", "sk_live_sandbox"])
    def test_hold_no_secret_of_a_connection(self, logs: dict[Path, str], secret: str) -> None:
        assert [path for path, text in logs.items() if secret in text] == []

    def test_hold_no_token(self, stage: Stage, logs: dict[Path, str]) -> None:
        token = tenant_token(stage)
        assert [path for path, text in logs.items() if token in text] == []

    @pytest.mark.parametrize("password", [RESERVE_PASSWORD, NEW_PASSWORD])
    def test_hold_no_meeting_password(self, logs: dict[Path, str], password: str) -> None:
        assert [path for path, text in logs.items() if password in text] == []
