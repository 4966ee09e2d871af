"""docs/vendors/zoho.md, "Update": what `changes` and the options may say, and what is refused unsent."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.zoho import translation
from airflow_provider_booking.vendors.zoho.client import ZohoClient
from airflow_provider_booking.vendors.zoho.models import BookingChange, ZohoOptions
from airflow_provider_booking.vendors.zoho.translation import Assumptions
from tests.vendors.zoho.asked import AS_SENT, DOE, POE, RECORD, ROOM, SAMPLE, data, record


class TestWhole:
    def test_all_that_can_be_read_is_sent_with_what_changes(self) -> None:
        assert data({"title": "Second interview"}) == AS_SENT | {"title": "Second interview"}

    def test_what_a_booking_does_not_have_is_left_out(self) -> None:
        bare = {name: RECORD[name] for name in ("booking_id", "title", "dateandtime", "resources")}
        assert data({"title": "x"}, bare).keys() == {"title", "dateandtime", "resources", "notify_attendee"}

    def test_a_cleared_description_is_sent_as_empty(self) -> None:
        assert data({"description": None})["description"] == ""

    def test_a_description_that_only_reads_as_desc_is_sent_back(self) -> None:
        assert data({"title": "x"}, record(description=None, desc="Read so"))["description"] == "Read so"

    @pytest.mark.parametrize("given", [False, "false"])
    def test_private_can_be_taken_away(self, given: Any) -> None:
        assert data({"isprivate": given})["isprivate"] is False

    def test_private_may_be_said_in_text_as_templates_do(self) -> None:
        assert data({"isprivate": "true"}, record(isprivate=False))["isprivate"] is True


class TestPeople:
    def test_a_list_adds_to_those_who_are_there(self) -> None:
        assert data({"attendees": [DOE]})["attendees"] == [
            {"email": "poe@example.com", "zid": "61130357", "permission": 2},
            {"email": "doe@example.com", "zid": "61298182", "permission": 1},
        ]

    @pytest.mark.parametrize("who", [{"zid": "61130357"}, {"email": "POE@example.com"}, POE])
    def test_who_is_there_is_known_by_id_or_address(self, who: dict[str, Any]) -> None:
        assert data({"attendees": [who | {"permission": 3}]})["attendees"] == [
            {"email": "poe@example.com", "zid": "61130357", "permission": 3}
        ]

    def test_who_is_there_keeps_a_permission_that_is_not_given(self) -> None:
        assert data({"attendees": [POE]})["attendees"] == AS_SENT["attendees"]

    @pytest.mark.parametrize("who", [{"zid": 61130357}, {"email": "poe@example.com"}])
    def test_deleted_sends_a_tombstone_with_id_and_address(self, who: dict[str, Any]) -> None:
        assert data({"attendees": [who | {"deleted": True}]})["attendees"] == [
            {"email": "poe@example.com", "zid": "61130357", "permission": 2, "deleted": True}
        ]

    def test_deleted_of_somebody_who_is_not_there_is_not_sent(self) -> None:
        gone = {"email": "roe@example.com", "deleted": True}
        assert data({"attendees": [gone]})["attendees"] == AS_SENT["attendees"]

    def test_set_means_exactly_these(self) -> None:
        assert data({"attendees": {"set": [DOE | {"permission": 0}]}})["attendees"] == [
            {"email": "doe@example.com", "zid": "61298182", "permission": 0},
            {"email": "poe@example.com", "zid": "61130357", "permission": 2, "deleted": True},
        ]

    @pytest.mark.parametrize("nobody", [None, {"set": []}])
    def test_none_means_nobody(self, nobody: Any) -> None:
        assert data({"attendees": nobody, "group_attendees": nobody}) == AS_SENT | {
            "attendees": [{**AS_SENT["attendees"][0], "deleted": True}],
            "group_attendees": [{"zid": "62219540", "permission": 0, "deleted": True}],
        }

    def test_an_empty_list_merges_nothing(self) -> None:
        assert data({"attendees": [], "group_attendees": []}) == AS_SENT

    def test_groups_are_known_by_id(self) -> None:
        asked = [{"zid": 62219540, "permission": 3}, {"zid": "61178943"}]
        assert data({"group_attendees": asked})["group_attendees"] == [
            {"zid": "62219540", "permission": 3},
            {"zid": "61178943", "permission": 1},
        ]

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            (
                {"attendees": [{"email": "doe@example.com"}]},
                r"attendees\[0\] is not on the booking yet .*zid: give",
            ),
            ({"attendees": [POE, {"zid": "1"}]}, r"attendees\[1\] is not on the booking yet and lacks email"),
            (
                {"attendees": [POE, {"zid": "61130357"}]},
                r"attendees\[1\] is named a second time: name everybody",
            ),
            ({"attendees": [DOE, DOE]}, r"attendees\[1\] is named a second time"),
            ({"attendees": [DOE, DOE | {"deleted": True}]}, r"attendees\[1\] is named a second time"),
            (
                {"attendees": [POE | {"zid": 1}]},
                r"attendees\[0\] is on the booking with another zid: leave zid",
            ),
            (
                {"attendees": [POE | {"email": "p@x.org"}]},
                r"attendees\[0\] is on the booking with another email",
            ),
            ({"group_attendees": [{"zid": 1}, {"zid": 1}]}, r"group_attendees\[1\] is named a second time"),
        ],
    )
    def test_who_cannot_be_told_for_certain_is_refused(self, changes: dict[str, Any], said: str) -> None:
        with pytest.raises(InvalidInput, match=said) as refused:
            data(changes)
        assert "@" not in str(refused.value)

    def test_neither_order_nor_case_makes_a_difference(self) -> None:
        pair = [POE | {"permission": 1}, DOE | {"permission": 1}]
        now = record(attendees=pair)
        asked = [person | {"email": str(person["email"]).upper()} for person in reversed(pair)]
        wanted = translation.wanted_fields(
            BookingChange.parse({"attendees": {"set": asked}}), now, ZohoOptions()
        )
        assert wanted["attendees"] == translation.fields(now)["attendees"]

    @pytest.mark.parametrize(("stored", "asked"), [("DOE", "doe"), ("doe", "DOE")])
    def test_an_address_is_known_in_any_letter_case(self, stored: str, asked: str) -> None:
        now = record(attendees=[{"email": f"{stored}@example.com", "zid": 61298182, "permission": 1}])
        change = {"attendees": {"set": [{"email": f"{asked}@example.com"}]}}
        assert data(change, now)["attendees"][0]["email"] == f"{stored}@example.com"

    def test_who_is_new_may_be_shown_in_another_letter_case_afterwards(self) -> None:
        change = BookingChange.parse({"attendees": {"set": [DOE | {"email": "Doe@Example.com"}]}})
        wanted = translation.wanted_fields(change, RECORD, ZohoOptions())
        after = record(attendees=[DOE | {"permission": 1}])
        assert wanted["attendees"] == translation.fields(after)["attendees"]


class TestRooms:
    @pytest.mark.parametrize("wrap", [list, lambda rooms: {"set": rooms}], ids=["list", "set"])
    def test_a_list_replaces_the_rooms(self, wrap: Any) -> None:
        asked = [{"resource_id": 1605702686149000002, "type": 0}]
        assert data({"resources": wrap(asked)})["resources"] == [
            {"resource_id": "1605702686149000002", "type": 0}
        ]

    def test_a_room_that_stays_keeps_its_count(self) -> None:
        now = record(resources=[{"resource_id": ROOM, "type": 0, "count": 4}])
        assert data({"resources": [{"resource_id": ROOM}]}, now)["resources"][0]["count"] == 4
        assert data({"resources": [{"resource_id": ROOM, "count": 2}]}, now)["resources"][0]["count"] == 2

    def test_rooms_may_be_shown_as_json_in_a_text(self) -> None:
        now = record(resources=json.dumps(RECORD["resources"]))
        assert data({"title": "x"}, now)["resources"] == AS_SENT["resources"]

    def test_a_room_that_is_named_twice_is_refused(self) -> None:
        with pytest.raises(InvalidInput, match="resources names a room twice: name every room once"):
            data({"resources": [{"resource_id": ROOM}, {"resource_id": int(ROOM)}]})


class TestRepeat:
    RULE: dict[str, Any] = {"freq": "weekly", "interval": 1, "until": "20271231"}  # noqa: RUF012  (never changed)

    @pytest.mark.parametrize(
        ("more", "shown"),
        [
            ({"byday": "Mo,We"}, {"byday": "Mo,We"}),
            ({"freq": "monthly", "byday": "2Mo"}, {"freq": "monthly", "byday": "2Mo"}),
            ({"freq": "monthly", "bymonthday": 3}, {"freq": "monthly", "bymonthday": "3"}),
            ({"freq": "daily", "until": date(2027, 12, 31)}, {"freq": "daily"}),
            ({"until": "2027-12-31"}, {}),
        ],
    )
    def test_a_rule_is_sent_in_the_vendors_form(self, more: dict[str, Any], shown: dict[str, Any]) -> None:
        assert data({"repeat": self.RULE | more})["repeat"] == self.RULE | shown

    def test_a_rule_for_what_recurs_already_is_refused(self) -> None:
        for options in ({}, {"recurrence_edittype": "all"}):
            with pytest.raises(InvalidInput, match=r"recurs already, .* Zoho never shows by which rule"):
                data({"repeat": self.RULE}, record(is_repeat=True), **options)

    def test_a_rule_that_ends_before_the_booking_is_refused(self) -> None:
        with pytest.raises(InvalidInput, match=r"repeat\.until is before the booking: give a later day"):
            data({"repeat": self.RULE | {"until": "20271101"}})

    def test_a_rule_is_measured_by_the_start_that_is_wanted(self) -> None:
        later = {"start": "20271202T093000", "end": "20271202T103000"}
        earlier = {"start": "20271001T093000", "end": "20271001T103000"}
        with pytest.raises(InvalidInput, match=r"repeat\.until is before the booking"):
            data({"repeat": self.RULE | {"until": "20271110"}, "dateandtime": later})
        assert "repeat" in data({"repeat": self.RULE | {"until": "20271010"}, "dateandtime": earlier})

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"freq": "yearly"}, r"repeat\.freq must be 'daily', 'weekly' or 'monthly'"),
            ({"interval": 0}, r"repeat\.interval must be at least 1"),
            ({"until": "31.12.2027"}, r"repeat\.until is not a day"),
            ({"until": "20271331"}, r"repeat\.until is not a day"),
            ({"until": datetime(2027, 12, 31, tzinfo=UTC)}, r"repeat\.until is not a day"),
            ({"byday": "Monday"}, "repeat has a byday that does not fit freq"),
            ({"byday": "2Mo"}, "repeat has a byday that does not fit freq"),
            ({"freq": "daily", "byday": "Mo"}, "repeat has a byday that does not fit freq"),
            ({"freq": "monthly", "byday": "6Mo"}, "repeat has a byday that does not fit freq"),
            ({"bymonthday": "3"}, "repeat has a bymonthday that does not fit freq: only monthly"),
            ({"freq": "monthly", "bymonthday": "32"}, r"repeat\.bymonthday is not a day of the month"),
            ({"freq": "monthly", "bymonthday": "3", "byday": "2Mo"}, "repeat has both byday and bymonthday"),
            ({"count": 3}, r"repeat\.count is not a known field"),
        ],
    )
    async def test_a_rule_that_makes_no_sense_is_refused_unsent(
        self, sandbox: Sandbox, zoho: ZohoClient, wrong: dict[str, Any], said: str
    ) -> None:
        with pytest.raises(InvalidInput, match=said):
            await zoho.update_booking(SAMPLE, {"repeat": self.RULE | wrong})
        assert sandbox.requests("zoho") == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"titel": "x"}, "titel is not a known field: did you mean title"),
        (
            {"dateandtime": {"begin": "x"}},
            r"dateandtime\.begin is not a known field: the fields are start, end",
        ),
        ({"attendees": [DOE | {"role": 1}]}, r"attendees\[0\]\.role is not a known field"),
        ({"resources": [{"id": ROOM}]}, r"resources\[0\]\.id is not a known field"),
        ({"title": ""}, "title is empty: give a title"),
        ({"title": " \t"}, "title is empty"),
        ({"title": 5}, "title must be text"),
        ({"isprivate": "perhaps"}, "isprivate must be true or false"),
        *(({"isprivate": odd}, "isprivate must be true or false") for odd in (1, 0, "yes", "True", 1.0)),
        ({"dateandtime": {}}, "dateandtime is empty: give start, end or timezone"),
        ({"resources": [{"resource_id": "007"}]}, r"resources\[0\]\.resource_id is not an id"),
        ({"resources": [{"resource_id": -7}]}, r"resources\[0\]\.resource_id is not an id"),
        ({"resources": [{"resource_id": "1" * 20}]}, r"resources\[0\]\.resource_id is not an id"),
        ({"resources": [{"resource_id": ROOM, "count": True}]}, r"resources\[0\]\.count must be a whole"),
        ({"attendees": [DOE | {"permission": 1.0}]}, r"attendees\[0\]\.permission must be a whole number"),
        ({"attendees": [DOE | {"deleted": 1}]}, r"attendees\[0\]\.deleted must be true or false"),
        ({"dateandtime": "20271102T093000"}, "dateandtime must be an object"),
        ({"dateandtime": {"timezone": "Berlin"}}, r"dateandtime\.timezone is not a time zone: give an IANA"),
        ({"resources": []}, "resources has fewer than 1"),
        ({"resources": [{"type": 0}]}, r"resources\[0\]\.resource_id is missing"),
        ({"resources": [{"resource_id": ROOM, "type": 1}]}, r"resources\[0\]\.type must be 0"),
        ({"resources": [{"resource_id": ROOM, "count": -1}]}, r"resources\[0\]\.count must be at least 0"),
        ({"resources": [{"resource_id": "room 1"}]}, r"resources\[0\]\.resource_id is not an id"),
        ({"attendees": "doe@example.com"}, "attendees must be a list"),
        ({"attendees": [{"permission": 1}]}, r"attendees\[0\] names nobody: give email and zid"),
        ({"attendees": [{"email": "doe", "zid": 1}]}, r"attendees\[0\]\.email is not an e-mail address"),
        ({"attendees": [DOE | {"zid": "12a"}]}, r"attendees\[0\]\.zid is not an id"),
        ({"attendees": [DOE | {"zid": True}]}, r"attendees\[0\]\.zid is not an id"),
        ({"attendees": [DOE | {"permission": 4}]}, r"attendees\[0\]\.permission must be at most 3"),
        ({"attendees": [DOE | {"permission": -1}]}, r"attendees\[0\]\.permission must be at least 0"),
        ({"attendees": [DOE | {"permission": None}]}, r"attendees\[0\]\.permission must be a whole number"),
        ({"attendees": {"set": [DOE | {"permission": 4}]}}, r"attendees\[0\]\.permission must be at most 3"),
        (
            {"attendees": {"set": [DOE | {"deleted": True}]}},
            "attendees holds deleted in .*: leave out whoever",
        ),
        ({"group_attendees": [{"email": "v399"}]}, r"group_attendees\[0\]\.zid is missing"),
        ({"notify_attendee": 1}, "notify_attendee is not taken in changes: give it as an option"),
        ({"recurrence_edittype": "all"}, "recurrence_edittype is not taken in changes: give it as an option"),
        (
            {"recurrenceid_in_millis": 1},
            "recurrenceid_in_millis is not taken in changes: give it as an option",
        ),
        ({"uid": "ZRB_1@zoho.com"}, "uid is not taken in changes: leave it out"),
        ({"is_rel_event": False}, "is_rel_event is not taken in changes: leave it out"),
        ({}, "changes is empty"),
        ("title=x", "changes is a str"),
        (None, "changes is a NoneType"),
    ],
)
async def test_what_is_wrong_is_refused_unsent(
    sandbox: Sandbox, zoho: ZohoClient, changes: Any, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said) as refused:
        await zoho.update_booking(SAMPLE, changes)
    assert sandbox.requests("zoho") == []
    assert "doe" not in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": None}, "title"),
        ({"isprivate": None}, "isprivate"),
        ({"dateandtime": None}, "dateandtime"),
        ({"dateandtime": {"start": None}}, r"dateandtime\.start"),
        ({"dateandtime": {"end": None}}, r"dateandtime\.end"),
        ({"dateandtime": {"timezone": None}}, r"dateandtime\.timezone"),
        ({"resources": None}, "resources"),
        ({"repeat": None}, "repeat"),
    ],
)
async def test_none_is_refused_where_zoho_cannot_clear(
    sandbox: Sandbox, zoho: ZohoClient, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput, match=f"^{field} cannot be cleared at Zoho: leave it out"):
        await zoho.update_booking(SAMPLE, changes)
    assert sandbox.requests("zoho") == []


@pytest.mark.parametrize(
    "booking_id",
    [
        "",
        " ",
        "1.59669E+18",
        1596693672887000001.0,
        "15 96",
        "..",
        None,
        "abc",
        "0123",
        "-5",
        -5,
        "1" * 20,
        "\u0661",
    ],
)
async def test_what_is_no_id_is_refused_unsent(sandbox: Sandbox, zoho: ZohoClient, booking_id: Any) -> None:
    with pytest.raises(InvalidInput, match="booking_id"):
        await zoho.update_booking(booking_id, {"title": "x"})
    assert sandbox.requests("zoho") == []


class TestOptions:
    @pytest.mark.parametrize("given", [2, "2"])
    def test_numbers_may_be_text_as_templates_give_them(self, given: Any) -> None:
        assert data({"title": "x"}, notify_attendee=given)["notify_attendee"] == 2

    @pytest.mark.parametrize("given", [1638630000000, "1638630000000"])
    def test_an_occurrence_is_sent_as_a_number(self, given: Any) -> None:
        sent = data(
            {"title": "x"},
            record(is_repeat=True),
            recurrence_edittype="only",
            recurrenceid_in_millis=given,
        )
        assert (sent["recurrence_edittype"], sent["recurrenceid_in_millis"]) == ("only", 1638630000000)

    def test_none_is_as_good_as_not_given(self) -> None:
        given = dict.fromkeys(("notify_attendee", "recurrence_edittype", "recurrenceid_in_millis"))
        assert data({"title": "Interview"}, **given) == AS_SENT

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"notify_attendees": 1}, "notify_attendees is not a known field: did you mean notify_attendee"),
            ({"notify_attendee": 3}, "notify_attendee must be at most 2"),
            ({"notify_attendee": "all"}, "notify_attendee must be a whole number"),
            ({"notify_attendee": True}, "notify_attendee must be a whole number"),
            ({"notify_attendee": 1.0}, "notify_attendee must be a whole number"),
            (
                {"recurrence_edittype": "only", "recurrenceid_in_millis": "16386300000000"},
                "recurrenceid_in_millis is not a moment",
            ),
            ({"recurrence_edittype": "this"}, "recurrence_edittype must be 'all', 'following' or 'only'"),
            ({"recurrence_edittype": "only"}, "recurrenceid_in_millis is missing: name the occurrence"),
            ({"recurrence_edittype": "following"}, "recurrenceid_in_millis is missing: name the occurrence"),
            (
                {"recurrenceid_in_millis": 1},
                "recurrenceid_in_millis names an occurrence, and .* is not given",
            ),
            (
                {"recurrence_edittype": "only", "recurrenceid_in_millis": "1.63863E+12"},
                "recurrenceid_in_millis is not an id",
            ),
            (
                {"recurrence_edittype": "only", "recurrenceid_in_millis": 1638630000000.0},
                "recurrenceid_in_millis is not an id",
            ),
        ],
    )
    async def test_that_are_wrong_are_refused_unsent(
        self, sandbox: Sandbox, zoho: ZohoClient, options: dict[str, Any], said: str
    ) -> None:
        with pytest.raises(InvalidInput, match=said):
            await zoho.update_booking(SAMPLE, {"title": "x"}, **options)
        assert sandbox.requests("zoho") == []


class TestAssumptions:
    """Each is one switch: docs/vendors/zoho.md, "Assumed"."""

    def test_if_empty_did_not_clear_clearing_is_refused(self) -> None:
        change = BookingChange.parse({"description": None})
        with pytest.raises(InvalidInput, match="description cannot be cleared"):
            translation.check_clearing(change, Assumptions(empty_clears=False))

    def test_if_rooms_were_merged_a_list_that_takes_one_away_is_refused(self) -> None:
        change = BookingChange.parse({"resources": [{"resource_id": "1605702686149000002"}]})
        with pytest.raises(InvalidInput, match="leaves out a room of the booking"):
            translation.wanted_fields(change, RECORD, ZohoOptions(), Assumptions(rooms_are_replaced=False))

    def test_if_rooms_were_merged_a_list_that_adds_one_goes_through(self) -> None:
        both = [{"resource_id": ROOM}, {"resource_id": "1605702686149000002"}]
        change = BookingChange.parse({"resources": both})
        merging = Assumptions(rooms_are_replaced=False)
        assert len(translation.booking_data(change, RECORD, ZohoOptions(), merging)["resources"]) == 2

    def test_a_new_attendee_has_the_default_permission_where_none_is_given(self) -> None:
        change = BookingChange.parse({"attendees": [DOE]})
        sent = translation.booking_data(change, RECORD, ZohoOptions(), Assumptions(default_permission=0))
        assert sent["attendees"][-1]["permission"] == 0
