"""The secrets and the values of people that the runs are given, each found nowhere else, and the faults."""

import csv
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow_provider_booking.sandbox import Sandbox
from dev.vendor_forms import FORMS
from tests.system.leaks.needles import Kind, Needle
from tests.system.stage import CONN_IDS, VENDORS

ADDRESS = "leak.person+one@needle.example"
MEMO = "Needle memo: allergic to p\u00e9nicilline & <nuts>"
TELEPHONE = "+34 611 222 333"
PASSWORD = "864209753"  # of a meeting
STANDING_PASSWORD = "753108642"  # of reserves, from the start
NOT_A_PASSWORD = "needle-passphrase"
URL_PASSWORD = "n33dle-url-password"
HOST_PASSWORD = "n33dle-host-password"
AS_AN_ID = "leak.person.as.id@needle.example"
WRONG_SECRET = "n33dle-wrong-secret"
CHANGES: dict[str, dict[str, Any]] = {
    "feishu": {
        "meeting_settings": {
            "topic": "Moved",
            "password": PASSWORD,
            "call_setting": {
                "callee": {
                    "id": "ou_3ec3f6a28a0d08c45d895276e8e5e19b",
                    "user_type": 1,
                    "pstn_sip_info": {"nickname": "dodo", "main_address": "+86-02111222333"},
                }
            },
        }
    },
    "zoho": {
        "description": f"{MEMO} (zoho)",
        "attendees": [{"email": ADDRESS, "zid": "61999999", "permission": 1}],
    },
    "jicoo": {"description": f"{MEMO} (jicoo)", "updateMessage": f"{MEMO} (said)", "isSendUpdates": True},
    "onlive": {
        "description": f"{MEMO} (onlive)",
        "guests": [{"email": ADDRESS, "extraFields": {"phone": TELEPHONE}}],
    },
    "kos": {"reservationMemo": f"{MEMO} (kos)"},
}
TIMEOUT = 2  # seconds that a connection waits: twice that is no answer, and a busy machine is in time
QUOTED = f"{ADDRESS} is busy, {MEMO}, call {TELEPHONE}"  # in a vendor's own words
FAULTS: tuple[dict[str, Any], ...] = (
    {"status": 401, "message": QUOTED},
    {"status": 403, "message": QUOTED},
    {"status": 404, "message": QUOTED},
    {"status": 400, "message": QUOTED},
    {"status": 400, "body": {"code": QUOTED, "msg": QUOTED, "message": QUOTED, "error": {"message": QUOTED}}},
    {"status": 500, "body": {"message": QUOTED, "msg": QUOTED, "errors": [QUOTED]}},
    {"throttle": {"status": 429, "retry_after": "1"}},
    {"drop": "before"},
    {"drop": "after"},
    {"timeout": 2 * TIMEOUT},
    {"cut_json": True},
    {"html": 200},
)
IN_A_SET = (
    {"status": 400, "message": QUOTED},
    {"status": 500, "body": {"message": QUOTED}},
    {"drop": "after"},
)
SKIP = {"zoho": 1, "kos": 0}  # Zoho reads on the path that it writes on
LOST_TWICE: tuple[dict[str, Any], ...] = ({"drop": "before"}, {"timeout": 2 * TIMEOUT})
WRITES = {"feishu": "PUT", "zoho": "POST", "jicoo": "PATCH", "onlive": "PUT", "kos": "*"}
WRITE_PATHS = dict.fromkeys(WRITES, "*") | {"kos": "*/update-reservation", "zoho": "*/bookings/*"}
IDS = {
    "feishu": lambda n: f"692{n:016d}",
    "zoho": lambda n: f"1597{n:015d}",
    "jicoo": lambda n: f"jicoo{n:07d}",
    "onlive": lambda n: f"a0000000-0000-4000-8000-{n:012d}",
    "kos": lambda n: f"66a1{n:020d}",
}
BY_PATH = ("feishu", "jicoo", "onlive")  # the others meet their faults in one task
FAULTY = range(1, len(FAULTS) + 1)
GOOD = 15
READABLE = 14
LIED_TO = 16  # with a "yes" that is not true
ZOHOS_LOST_TWICE = (27, 28)
DRIFTED = {"planned": 29, "applied": 30}  # after what somebody else changes them
MOVED = (17, 18, *DRIFTED.values())
MOVED_BADLY = (19, 20, 21)
BY_HAND = {"jicoo": "description", "onlive": "description", "kos": "reservationMemo"}
YES: dict[str, Callable[[Any], Any]] = {
    "jicoo": lambda record: {"data": record},
    "onlive": lambda record: record,
}
TRIED = {
    vendor: [IDS[vendor](n) for n in ((*FAULTY, GOOD) if vendor in BY_PATH else (GOOD,))]
    for vendor in VENDORS
}
BAD_CONNECTIONS = (
    "wrong_secret",
    "malformed_extra",
    "odd_host",
    "not_loopback",
    "odd_secret",
    "another_type",
)
BAD_ROWS = (
    {"booking_id": AS_AN_ID, "conn_id": "jicoo_default", "title": "x"},
    {"booking_id": "jicoo0000022", "conn_id": AS_AN_ID, "title": "x"},
    {"booking_id": "jicoo0000022", "conn_id": "jicoo_default", "start": ADDRESS},
    {"booking_id": "jicoo0000023", "conn_id": "jicoo_default", "start": MEMO, "end": MEMO},
    {"booking_id": "jicoo0000024", "conn_id": "jicoo_default", "changes": f'{{"name": "{ADDRESS}'},
    {"booking_id": "jicoo0000025", "conn_id": "jicoo_default", "changes": json.dumps({ADDRESS: MEMO})},
    {"booking_id": "jicoo0000026", "conn_id": "jicoo_default", "changes": json.dumps({"startedAt": MEMO})},
    {
        "booking_id": IDS["feishu"](26),
        "conn_id": "feishu_default",
        "changes": json.dumps({"password": PASSWORD}),
    },
)
COLUMNS = ("booking_id", "conn_id", "start", "end", "title", "description", "changes")


def needles() -> set[Needle]:
    """Return what was planted."""
    kinds: Mapping[Kind, tuple[str, ...]] = {
        "secret": (PASSWORD, STANDING_PASSWORD, NOT_A_PASSWORD, URL_PASSWORD, WRONG_SECRET),
        "personal": (ADDRESS, MEMO, TELEPHONE, "+86-02111222333"),
        "misplaced": (HOST_PASSWORD, AS_AN_ID),
    }
    return {
        Needle(kind, f"planted, no. {number}", value)
        for kind, values in kinds.items()
        for number, value in enumerate(values)
    }


def plant(vendors: Sandbox, home: Path) -> None:
    """Give reserves a password, and write what the DAGs look up when they run."""
    vendors.limits("zoho", None)
    now = int(vendors.now())
    for number in (*FAULTY, GOOD, *MOVED, *MOVED_BADLY):
        ends = {"id": IDS["feishu"](number), "end_time": str(now + 20 * 86400)}
        vendors.seed("feishu", bookings=[{**ends, "password": STANDING_PASSWORD}])
    for number in DRIFTED.values():
        touch(vendors, number, "as it stood")
    found = {
        "changes": CHANGES,
        "person": {"address": ADDRESS, "as_an_id": AS_AN_ID, "memo": MEMO, "not_a_password": NOT_A_PASSWORD},
        "urls": {
            "unreachable": f"postgresql+psycopg://booking:{URL_PASSWORD}@127.0.0.1:9/booking",
            "malformed": f"postgresql+psycopg://booking:{URL_PASSWORD}@127.0.0.1:port/booking?{URL_PASSWORD}",
        },
        "readable": {vendor: IDS[vendor](READABLE) for vendor in VENDORS},
        "faults": f"{vendors.url}/_control/faults",
        "one_by_one": _one_by_one(vendors),
        "by_hand": [
            (vendor, IDS[vendor](DRIFTED["applied"]), {name: f"{MEMO} (by hand)"})
            for vendor, name in BY_HAND.items()
        ],
        "search": {"search": _hour_of(vendors, IDS["jicoo"](31))},
        "reserves": [IDS["feishu"](17), IDS["feishu"](18), AS_AN_ID],
    }
    (home / "planted.json").write_text(json.dumps(found))


def _one_by_one(vendors: Sandbox) -> list[tuple[str, str, dict[str, Any]]]:
    """Return which booking meets which rule, of those that are met one after the other in one task."""
    met: list[tuple[str, int, dict[str, Any]]] = [
        (vendor, number, {"path": WRITE_PATHS[vendor], "skip": SKIP[vendor], "times": 4, "action": action})
        for vendor in VENDORS
        if vendor not in BY_PATH
        for number, action in zip(FAULTY, FAULTS, strict=True)
    ]
    # No read meets these. Zoho's write has all that is sent in its URL, and what is said of it is said last.
    writes = [("zoho", number, action) for number, action in zip(ZOHOS_LOST_TWICE, LOST_TWICE, strict=True)]
    writes += [
        (vendor, LIED_TO, {"status": 200, "body": yes(vendors.booking(vendor, IDS[vendor](LIED_TO)))})
        for vendor, yes in YES.items()
    ]
    met += [
        (vendor, number, {"method": WRITES[vendor], "times": None, "action": action})
        for vendor, number, action in writes
    ]
    return [(vendor, IDS[vendor](number), {"vendor": vendor, **rule}) for vendor, number, rule in met]


def touch(vendors: Sandbox, number: int, words: str) -> None:
    """Have somebody else change what is personal in the bookings of this number."""
    for vendor, name in BY_HAND.items():
        record = vendors.booking(vendor, IDS[vendor](number))
        holder = record["reservation"] if vendor == "kos" else record
        holder[name] = f"{MEMO} ({words})"
        vendors.seed(vendor, bookings=[record])


def _hour_of(vendors: Sandbox, uid: str) -> dict[str, str]:
    start = FORMS["jicoo"].time("start", vendors.booking("jicoo", uid))
    return {"starts_after": start.isoformat(), "starts_before": (start + timedelta(hours=1)).isoformat()}


def connections(good: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the connections to the sandbox, by id, in a hurry, and bad ones beside them."""
    hurried = {"timeout": TIMEOUT, "rate_limit": "100/second", "read_rate_limit": "100/second"}
    hasty = {name: {**each, "extra": {**each.get("extra", {}), **hurried}} for name, each in good.items()}
    jicoo = hasty["jicoo_default"]
    bad: dict[str, dict[str, Any]] = {
        "wrong_secret": {**jicoo, "password": WRONG_SECRET},
        "malformed_extra": {**jicoo, "extra": {"timeout": WRONG_SECRET, "rate_limit": WRONG_SECRET}},
        "odd_host": {
            **jicoo,
            "host": f"http://user:{HOST_PASSWORD}@127.0.0.1:{HOST_PASSWORD}/j%zz?{HOST_PASSWORD}",
        },
        "not_loopback": {**jicoo, "host": f"http://user:{HOST_PASSWORD}@booking.example/jicoo"},
        "odd_secret": {**jicoo, "password": f"{WRONG_SECRET}\n\u00e9"},
        "another_type": {
            "conn_type": "http",
            "password": WRONG_SECRET,
            "host": f"http://u:{HOST_PASSWORD}@h",
        },
    }
    return hasty | bad


def spoil(vendors: Sandbox) -> None:
    """Have every fault met by a booking of its own, after it was read once."""
    for vendor in BY_PATH:
        for booking_id, action in zip(TRIED[vendor], FAULTS, strict=False):
            # A vendor that is throttled for ever would be waited for as long.
            times = 3 if "throttle" in action else None
            vendors.fault(vendor, action, path=f"*{booking_id}*", skip=1, times=times)


def write_file(path: Path, numbers: tuple[int, ...], *, bad: bool) -> dict[str, Any]:
    """Write a CSV file with bookings of all vendors and values of people in it; return the source."""
    rows: list[dict[str, str]] = []
    for vendor in VENDORS:
        for number in numbers:
            booking_id = IDS[vendor](number)
            changes = CHANGES[vendor] if vendor != "jicoo" else {"description": f"{MEMO} (jicoo)"}
            rows.append(
                {"booking_id": booking_id, "conn_id": CONN_IDS[vendor], "changes": json.dumps(changes)}
            )
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.DictWriter(file, COLUMNS)
        lines.writeheader()
        lines.writerows([*rows, *(BAD_ROWS if bad else ())])
    return {"file": str(path)}


def id_of(vendor: str, record: Mapping[str, Any]) -> str:
    """Return the id of a booking."""
    return str(record[FORMS[vendor].id_field])
