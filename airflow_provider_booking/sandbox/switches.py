"""Switches: what a vendor does not document, with the behaviour that we assume as the default."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Switch:
    """One assumption that a test can turn around.

    Attributes:
        default: What we assume.
        allows: Whether a value can be set.
        values: The values that can be set, for a person.
    """

    default: Any
    allows: Callable[[Any], bool]
    values: str

    @classmethod
    def one_of(cls, default: Any, *others: Any) -> "Switch":
        """A switch with a few positions."""
        positions = (default, *others)
        return cls(
            default,
            lambda value: value in positions,
            " or ".join(map(repr, positions)),
        )

    @classmethod
    def flag(cls) -> "Switch":
        """A switch that is off until turned on."""
        return cls(default=False, allows=lambda value: isinstance(value, bool), values="true or false")

    @classmethod
    def number(cls, values: str, default: int | None = None) -> "Switch":
        """A whole number from 0 up; or null, if that is the default."""

        def allows(value: Any) -> bool:
            return default is None if value is None else type(value) is int and value >= 0

        return cls(default=default, allows=allows, values=values)


class Switchboard:
    """The switches of one vendor and where they stand."""

    def __init__(self, switches: Mapping[str, Switch]) -> None:
        self._switches = switches
        self._positions = {name: switch.default for name, switch in switches.items()}

    def __getitem__(self, name: str) -> Any:
        return self._positions[name]

    @property
    def positions(self) -> dict[str, Any]:
        """Every switch and where it stands."""
        return dict(self._positions)

    def turn(self, positions: Mapping[str, Any]) -> None:
        """Set these switches; all of them or, if one is wrong, none.

        Raises:
            ValueError: If a name or a value is not known.
        """
        for name, value in positions.items():
            switch = self._switches.get(name)
            if switch is None:
                raise ValueError(
                    f"There is no switch {name!r}; there are: {', '.join(self._switches) or 'none'}."
                )
            if not switch.allows(value):
                raise ValueError(f"Switch {name} takes {switch.values}, not {value!r}.")
        self._positions.update(positions)
