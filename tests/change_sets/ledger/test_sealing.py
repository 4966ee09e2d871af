"""What is personal is encrypted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet

from airflow_provider_booking.bookings import FieldChange, InvalidInput, Outcome
from airflow_provider_booking.change_sets.items import Image, ItemUpdate, Target
from airflow_provider_booking.change_sets.ledger import Sealer, open_ledger
from tests.change_sets.ledger.making import planned_item

if TYPE_CHECKING:
    from pydantic import JsonValue

    from airflow_provider_booking.change_sets.ledger import Ledger

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def test_what_was_sealed_can_be_unsealed(sealer: Sealer) -> None:
    sealed = sealer.seal(b"a memo")  # no blank is in what is sealed, so nothing stands there by chance

    assert b"a memo" not in sealed
    assert sealer.unseal(sealed) == b"a memo"


def test_a_former_key_still_unseals() -> None:
    assert Sealer(f"{NEW}, {OLD}").unseal(Sealer(OLD).seal(b"memo")) == b"memo"


def test_the_first_key_seals() -> None:
    assert Sealer(NEW).unseal(Sealer(f"{NEW},{OLD}").seal(b"memo")) == b"memo"


def test_another_key_is_an_error_that_shows_nothing() -> None:
    with pytest.raises(InvalidInput, match="add the former key behind the new one") as raised:
        Sealer(NEW).unseal(Sealer(OLD).seal(b"memo"))

    assert "memo" not in str(raised.value)


@pytest.mark.parametrize("keys", ["", " "])
def test_without_a_key_there_is_no_ledger(keys: str) -> None:
    with pytest.raises(InvalidInput, match="fernet_key is empty: set it"):
        Sealer(keys)


@pytest.mark.parametrize(
    "keys",
    ["secret", f"{OLD},", "\u00e4", "c2VjcmV0"],
    ids=["too short", "an empty one at the end", "not ASCII", "decoded too short"],
)
def test_what_is_no_key_is_refused_and_not_shown(keys: str) -> None:
    with pytest.raises(InvalidInput, match="holds something that is no Fernet key") as raised:
        Sealer(keys)

    assert keys not in str(raised.value)


@pytest.mark.parametrize("ledger_url", ["sqlite"], indirect=True)
def test_nothing_personal_is_readable_in_the_files(
    ledger: Ledger, ledger_url: str, change_set_id: str
) -> None:
    item_id = planned_item(ledger, change_set_id).item_id
    personal: dict[str, JsonValue] = {"memo": "MS PARK"}
    image = Image(
        record=personal, changes=personal, shown={"memo": FieldChange(before="MS PARK", after=None)}
    )
    written = Target(image, "digest", 0.0)
    shown = {"memo": FieldChange(before=None, after="MS PARK")}
    ledger.write(change_set_id, [ItemUpdate(item_id, "read", Outcome.PLANNED, target=written)])
    ledger.write(change_set_id, [ItemUpdate(item_id, "settled", Outcome.APPLIED, shown=shown)])

    files = list(Path(ledger_url.removeprefix("sqlite:///")).parent.iterdir())

    assert {file.name for file in files} >= {"ledger.db", "ledger.db-wal"}
    assert any(b"booking 1" in file.read_bytes() for file in files)
    assert not any(b"MS PARK" in file.read_bytes() for file in files)


def test_a_ledger_of_another_key_is_a_clear_error(
    ledger: Ledger, ledger_url: str, change_set_id: str
) -> None:
    planned_item(ledger, change_set_id)

    with (
        open_ledger(ledger_url, Sealer(NEW)) as other,
        pytest.raises(InvalidInput, match=r"a key that .* fernet_key does not hold"),
    ):
        next(other.items(change_set_id))
