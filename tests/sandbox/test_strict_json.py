"""What the simulators take as JSON can be stored, shown and written again."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.sandbox.strict_json import read_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
NOT_JSON = ["", "{", "NaN", '{"a": [1, -Infinity]}', "1e999", '"\\ud800"', '{"\\udc80": 1}']
TOO_DEEP = ["[" * 102 + "]" * 102, '{"a":' * 102 + "1" + "}" * 102, "[" * 100_000 + "]" * 100_000]


@given(JSON)
def test_json_is_read_as_python_reads_it(value: Any) -> None:
    assert read_json(json.dumps(value)) == value


@pytest.mark.parametrize("text", NOT_JSON + TOO_DEEP, ids=range(len(NOT_JSON + TOO_DEEP)))
def test_what_could_not_be_written_again_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(text)


@pytest.mark.parametrize("depth", [1, 50, 101])
def test_json_may_be_a_hundred_levels_deep(depth: int) -> None:
    assert read_json("[" * depth + "]" * depth) is not None


def test_the_request_log_shows_no_grant_code(sandbox: Sandbox, http: httpx.Client) -> None:
    http.post("/zoho-accounts/oauth/v2/token?code=1000.in.query", data={"code": "1000.in.body"})
    shown = json.dumps(sandbox.requests("zoho"))
    assert "/oauth/v2/token" in shown
    assert "1000.in" not in shown
