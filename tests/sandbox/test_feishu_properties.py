"""What holds for any reserve and any update of it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.sandbox.clock import Clock
from airflow_provider_booking.sandbox.feishu.reserves import merged, without_empties, without_nulls
from airflow_provider_booking.sandbox.feishu.tokens import Tokens

LEAVES = st.sampled_from(["", "a", "b", 0, 1, True, False]) | st.lists(st.integers(0, 3), max_size=3)


def settings(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    number = st.fixed_dictionaries({}, optional={"nickname": leaves, "main_address": leaves})
    callee = st.fixed_dictionaries({}, optional={"id": leaves, "user_type": leaves, "pstn_sip_info": number})
    call_setting = st.fixed_dictionaries({}, optional={"callee": callee})
    return st.fixed_dictionaries(
        {}, optional={"topic": leaves, "assign_host_list": leaves, "call_setting": call_setting}
    )


SETTINGS = settings(LEAVES)


def leaves(tree: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    if not isinstance(tree, dict):
        return {path: tree}
    return {at: leaf for name, inner in tree.items() for at, leaf in leaves(inner, (*path, name)).items()}


@given(SETTINGS, SETTINGS)
def test_a_partial_update_changes_the_leaves_that_were_sent_and_no_others(
    stored: dict[str, Any], sent: dict[str, Any]
) -> None:
    assert leaves(merged(stored, sent)) == leaves(stored) | leaves(sent)


@given(SETTINGS, SETTINGS)
def test_the_same_update_twice_is_the_same_as_once(stored: dict[str, Any], sent: dict[str, Any]) -> None:
    once = merged(stored, sent)
    assert merged(once, sent) == once


@given(SETTINGS, SETTINGS)
def test_an_update_does_not_alter_what_it_was_given(stored: dict[str, Any], sent: dict[str, Any]) -> None:
    before = leaves(stored)
    merged(stored, sent)
    assert leaves(stored) == before


@given(settings(LEAVES | st.none()))
def test_no_null_reaches_the_store(sent: dict[str, Any]) -> None:
    assert None not in leaves(without_nulls(sent)).values()


@given(SETTINGS)
def test_with_empties_ignored_no_empty_leaf_reaches_the_store(sent: dict[str, Any]) -> None:
    assert all(leaf not in ("", []) for leaf in leaves(without_empties(sent)).values())


@given(st.lists(st.integers(min_value=0, max_value=4000), max_size=12))
def test_a_tenant_token_always_has_at_least_half_an_hour_left(pauses: list[int]) -> None:
    clock = Clock()
    clock.freeze()
    tokens = Tokens(clock, seed=7)
    for seconds in pauses:
        clock.advance(seconds)
        assert 1800 <= tokens.tenant_token("cli_sandbox", "sandbox-secret")["expire"] <= 7200
