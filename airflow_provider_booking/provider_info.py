"""What Airflow reads about this provider: connection forms, configuration, where things are.

Every Airflow component calls :func:`get_provider_info` at its start, so this module imports nothing. The
forms of the connections are declared here and nowhere else.
"""

from __future__ import annotations

from typing import Any

_PACKAGE = "airflow_provider_booking"

# What it is called, its module on every floor, where it lives.
_VENDORS = (
    ("Feishu", "feishu", "https://open.feishu.cn"),
    ("Zoho Calendar", "zoho", "https://www.zoho.com/calendar/help/api/"),
    ("Jicoo", "jicoo", "https://developer.jicoo.com"),
    ("ONLIVE.SITE", "onlive", "https://dev-docs.onlive.site"),
    ("KOS", "kos", "https://developers.dev.kos-solution.com"),
)
_CHANGE_SETS = ("Booking change sets", "change_sets", "https://airflow.apache.org")


def get_provider_info() -> dict[str, Any]:
    """Return the provider's metadata, in the shape of Airflow's ``provider_info.schema.json``."""
    return {
        "package-name": "airflow-provider-booking",
        "name": "Booking",
        "description": "Updates bookings at Feishu VC, Zoho Calendar, Jicoo, ONLIVE.SITE and KOS.",
        "integrations": [
            {"integration-name": name, "external-doc-url": url, "tags": ["service"]}
            for name, _, url in (*_VENDORS, _CHANGE_SETS)
        ],
        "hooks": _modules("hooks"),
        "operators": [
            *_modules("operators"),
            {
                "integration-name": "Booking change sets",
                "python-modules": [f"{_PACKAGE}.operators.change_sets"],
            },
        ],
        "connection-types": [_FEISHU, _ZOHO, _JICOO, _ONLIVE, _KOS],
        "cli": [f"{_PACKAGE}.cli.definition.get_commands"],
        "config": _CONFIG,
    }


def _modules(floor: str) -> list[dict[str, Any]]:
    return [
        {"integration-name": name, "python-modules": [f"{_PACKAGE}.{floor}.{module}"]}
        for name, module, _ in _VENDORS
    ]


def _text(label: str, description: str, **schema: Any) -> dict[str, Any]:
    return {"label": label, "description": description, "schema": {"type": ["string", "null"], **schema}}


_SHARED_FIELDS: dict[str, Any] = {
    "rate_limit": _text(
        "Write rate limit", 'At most so many writes, such as "50/second" or "50/second, 1000/minute".'
    ),
    "read_rate_limit": _text("Read rate limit", "The same for reads, which are counted apart."),
    "max_concurrency": {
        "label": "Requests at once",
        "description": "How many requests of one process may be under way. Default 16.",
        "schema": {"type": ["integer", "null"], "minimum": 1, "maximum": 1000},
    },
    "timeout": {
        "label": "Timeout in seconds",
        "description": "For each step of a request: connect, send, receive. Default 30.",
        "schema": {"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 3600},
    },
    "verify": _text("Check certificates", "true (the default), false, or the path of a CA file."),
}

_FEISHU: dict[str, Any] = {
    "connection-type": "feishu",
    "hook-class-name": f"{_PACKAGE}.hooks.feishu.FeishuHook",
    "hook-name": "Feishu",
    "ui-field-behaviour": {
        "hidden-fields": ["schema", "port", "extra"],
        "relabeling": {"login": "App id", "password": "App secret", "host": "Base URL"},
        "placeholders": {
            "login": "cli_…",
            "host": "https://open.feishu.cn (Lark: https://open.larksuite.com)",
        },
    },
    "conn-fields": {
        "user_access_token": _text(
            "User access token", "Used instead of the app's own token; nothing renews it.", format="password"
        ),
        "user_id_type": _text(
            "Kind of user ids",
            "How ids of people are written. The vendor's default is open_id.",
            enum=["open_id", "union_id", "user_id", None],
        ),
        **_SHARED_FIELDS,
    },
}

_ZOHO: dict[str, Any] = {
    "connection-type": "zoho_calendar",
    "hook-class-name": f"{_PACKAGE}.hooks.zoho.ZohoCalendarHook",
    "hook-name": "Zoho Calendar",
    "ui-field-behaviour": {
        "hidden-fields": ["schema", "port", "extra"],
        "relabeling": {"login": "Client id", "password": "Client secret", "host": "Base URL"},
        "placeholders": {
            "login": "1000.…",
            "host": "https://calendar.zoho.com (EU: https://calendar.zoho.eu, and so on)",
        },
    },
    "conn-fields": {
        "refresh_token": _text(
            "Refresh token", "Of the person in whose name rooms are booked. Required.", format="password"
        ),
        "accounts_url": _text(
            "Accounts URL", "Where tokens come from. By default that of the base URL's data centre."
        ),
        "send_as": _text(
            "Send booking data as",
            "query, as Zoho documents it and the default, or form for bookings too long for a URL.",
            enum=["query", "form", None],
        ),
        **_SHARED_FIELDS,
    },
}

_JICOO: dict[str, Any] = {
    "connection-type": "jicoo",
    "hook-class-name": f"{_PACKAGE}.hooks.jicoo.JicooHook",
    "hook-name": "Jicoo",
    "ui-field-behaviour": {
        "hidden-fields": ["schema", "port", "login", "extra"],
        "relabeling": {"password": "API key", "host": "Base URL"},
        "placeholders": {"password": "sk_live_…", "host": "https://api.jicoo.com"},
    },
    "conn-fields": _SHARED_FIELDS,
}

_ONLIVE: dict[str, Any] = {
    "connection-type": "onlive",
    "hook-class-name": f"{_PACKAGE}.hooks.onlive.OnliveHook",
    "hook-name": "ONLIVE.SITE",
    "ui-field-behaviour": {
        "hidden-fields": ["schema", "port", "extra"],
        "relabeling": {"login": "Access key id", "password": "Secret access key", "host": "Base URL"},
        "placeholders": {"host": "https://openapi.onlive.site"},
    },
    "conn-fields": {
        "signer": _text(
            "Signer",
            "How requests are signed: onlive-assumed-1, the default, which nobody has verified, or the "
            "dotted path of a function of yours.",
        ),
        **_SHARED_FIELDS,
    },
}

_KOS: dict[str, Any] = {
    "connection-type": "kos",
    "hook-class-name": f"{_PACKAGE}.hooks.kos.KosHook",
    "hook-name": "KOS",
    "ui-field-behaviour": {
        "hidden-fields": ["schema", "port", "login", "extra"],
        "relabeling": {"password": "API key", "host": "Base URL"},
        "placeholders": {"host": "as KOS gave it to you; required"},
    },
    "conn-fields": {
        "auth_header": _text("Token header", "The header that carries the token. Default Authorization."),
        "auth_prefix": _text(
            "Token prefix", 'What stands before the token there. Default "Bearer "; none for nothing.'
        ),
        "time_zone": _text("Time zone", "The clinic's, as an IANA name. Default Asia/Seoul."),
        **_SHARED_FIELDS,
    },
}

_CONFIG: dict[str, Any] = {
    "booking": {
        "description": "How the booking provider calls the vendors, and where change sets are kept.",
        "options": {
            "request_attempts": {
                "description": "How often a call is sent in all, where it is certain that nothing changed.",
                "version_added": "0.1.0",
                "type": "integer",
                "example": None,
                "default": "5",
            },
            "request_seconds": {
                "description": "Seconds after which a call that keeps failing is not sent again.",
                "version_added": "0.1.0",
                "type": "float",
                "example": None,
                "default": "120",
            },
            "longest_wait": {
                "description": "Seconds that a call waits when its vendor asks for it. For a longer wait the "
                "task is deferred, so that the worker slot is given back; no retry is used up.",
                "version_added": "0.1.0",
                "type": "float",
                "example": None,
                "default": "60",
            },
            "settle_delay": {
                "description": "Seconds between a write whose answer was lost and the read-back.",
                "version_added": "0.1.0",
                "type": "float",
                "example": None,
                "default": "2",
            },
            "fresh_for": {
                "description": "Seconds for which a booking that was read may be written on. Where a write "
                "has to wait longer for its turn, the booking is looked at once more.",
                "version_added": "0.1.0",
                "type": "float",
                "example": None,
                "default": "2",
            },
            "ledger_url": {
                "description": "The SQL database that keeps change sets: sqlite:///... or postgresql://..., "
                "which more than one machine can share. Where it is empty, a SQLite file under AIRFLOW_HOME.",
                "version_added": "0.1.0",
                "type": "string",
                "example": "postgresql://airflow@db.example.com/bookings",
                "default": "",
                "sensitive": True,
            },
            "throttle_url": {
                "description": "Where the rate limits of a credential are counted, and a vendor's wait kept, "
                "for all who use it: sqlite:///..., or postgresql://... or redis://..., which more than one "
                "machine can share. Where it is empty, a SQLite file under AIRFLOW_HOME.",
                "version_added": "0.1.0",
                "type": "string",
                "example": "redis://redis.example.com:6379/0",
                "default": "",
                "sensitive": True,
            },
            "keep_days": {
                "description": "Days after which a change set is forgotten, with the bookings as they were "
                "before. One with an item of which it is not known what became of it is kept.",
                "version_added": "0.1.0",
                "type": "float",
                "example": None,
                "default": "90",
            },
            "lease_seconds": {
                "description": "Seconds for which the bookings that a killed worker had in hand stay "
                "untouched, and the next attempt at its change set waits. From 1 to 3600.",
                "version_added": "0.1.0",
                "type": "float",
                "example": None,
                "default": "30",
            },
            "report_url": {
                "description": "Where reports are written: a folder, or an object storage URL. Where it is "
                "empty, a folder under AIRFLOW_HOME.",
                "version_added": "0.1.0",
                "type": "string",
                "example": "s3://aws_default@bucket/booking-reports",
                "default": "",
            },
        },
    }
}
