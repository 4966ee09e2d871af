"""What happened asks of bookings: a place closes, a person leaves, a reserve is about to lapse."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Verb(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Closing(_Verb):
    """A room or zone is closed for a while: what is in it moves elsewhere, at the same time.

    Attributes:
        resource: The vendor's id of what closes.
        start: From when on; aware.
        end: Until when; aware. A booking that ends when it begins to be closed, or begins now, is not in it.
        move_to: The vendor's id of what is used instead.
    """

    resource: str
    start: AwareDatetime
    end: AwareDatetime
    move_to: str

    def covers(self, start: float, end: float) -> bool:
        """Whether what lasts from one moment to another, both unix seconds, meets it."""
        return start < self.end.timestamp() and self.start.timestamp() < end


class Replacing(_Verb):
    """A person leaves: somebody else takes over.

    Attributes:
        former: The vendor's id of who leaves.
        successor: The vendor's id of who takes over; after a slash, what a vendor wants beside it.
    """

    former: str
    successor: str

    @property
    def named_successor(self) -> tuple[str, str]:
        """The id of who takes over, and what stands after the slash; empty where there is none."""
        successor_id, _, known_as = self.successor.partition("/")
        return successor_id.strip(), known_as.strip()


class Renewing(_Verb):
    """A reserve is kept alive.

    Attributes:
        renew_within: It is due when less than this is left of its life.
        extend_to: How far ahead of now it shall expire then, at most.
        until: It is kept alive no longer than until then; aware. None: for ever.
    """

    renew_within: timedelta
    extend_to: timedelta
    until: AwareDatetime | None = None


@dataclass(frozen=True)
class Asked:
    """What a vendor is asked for, in its own words.

    Attributes:
        changes: Vendor field names to values, as an update takes them; empty where nothing is to be done.
        options: The options of that update.
        remark: Why nothing is to be done, as a sentence; empty where something is.
        warnings: What a person should know, such as what cannot be done.
        seen: Where nothing is to be done, the fields that a report shows all the same, as they are.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    remark: str = ""
    warnings: tuple[str, ...] = ()
    seen: Mapping[str, Any] = field(default_factory=dict)
