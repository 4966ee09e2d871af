"""The branches and rooms of the simulated organization.

| room | what |
|---|---|
| `1605702686149000001` | the room of the vendor's sample |
| `1605702686149000002` | another one beside it |
| `1605702686149000003` | one whose bookings need approval |
| `1606000000000000001` … | made up along with bookings, five bookings to a room |
"""

import hashlib
from dataclasses import dataclass
from typing import Any

SAMPLE_ROOM = "1605702686149000001"
OTHER_ROOM = "1605702686149000002"
APPROVAL_ROOM = "1605702686149000003"
_CATEGORIES = ("Meeting Room", "Conference Room", "Training Room", "Board Room")


@dataclass(frozen=True, slots=True)
class Branch:
    """A place of the organization, with one building of one floor."""

    branch_id: str
    name: str
    zone: str

    @property
    def building_id(self) -> str:
        """The id of its building."""
        return f"{self.branch_id[:-1]}2"

    @property
    def floor_id(self) -> str:
        """The id of its floor."""
        return f"{self.branch_id[:-1]}3"

    def view(self) -> dict[str, Any]:
        """Show it as Zoho does."""
        floor = {"floor_name": "Ground Floor", "floor_order": 1, "floor_id": self.floor_id}
        building = {
            "building_id": self.building_id,
            "building_name": "Main building",
            "floors": [floor],
            "branch_id": self.branch_id,
            "floor_count": 0,
        }
        return {
            "branch_id": self.branch_id,
            "branch_name": self.name,
            "buildings": [building],
            "time_zone": self.zone,
            "work_start_day": 1,
            "work_end_day": 5,
            "work_start_hour": "09:00 am",
            "work_end_hour": "06:00 pm",
        }


BRANCHES = (
    Branch("1604000000000000011", "Chennai", "Asia/Kolkata"),
    Branch("1604000000000000021", "Berlin", "Europe/Berlin"),
    Branch("1604000000000000031", "New York", "America/New_York"),
)


@dataclass(frozen=True, slots=True)
class Room:
    """A room; `number` makes up what does not matter."""

    room_id: str
    number: int
    branch: Branch
    needs_approval: bool = False

    @property
    def auto_gen_name(self) -> str:
        """The name that the free/busy call wants in its path (docs/vendors/zoho.md, rule 36)."""
        return hashlib.sha256(self.room_id.encode()).hexdigest()[:32]

    @property
    def email(self) -> str:
        """The address under which the user free/busy call knows it."""
        return f"{self.auto_gen_name}@example.com"

    def view(self, *, is_available: bool = True) -> dict[str, Any]:
        """Show it as Zoho does."""
        category = self.number % len(_CATEGORIES)
        return {
            "resource_id": self.room_id,
            "resource_name": f"Room {self.number}",
            "auto_gen_name": self.auto_gen_name,
            "res_email_id": self.email,
            "branch_id": self.branch.branch_id,
            "building_id": self.branch.building_id,
            "floor_id": self.branch.floor_id,
            "capacity": 4 + self.number % 5 * 4,
            "category": category,
            "category_name": _CATEGORIES[category],
            "resource_type": 0,
            "is_hidden": False,
            "is_available": is_available,
            "resource_approval": self.needs_approval,
            "features": [],
            "has_image": False,
            "location": f"Ground Floor,Main building,{self.branch.name}",
        }


def standing() -> list[Room]:
    """Give the rooms that every sandbox starts with."""
    return [
        Room(SAMPLE_ROOM, 1, BRANCHES[0]),
        Room(OTHER_ROOM, 2, BRANCHES[0]),
        Room(APPROVAL_ROOM, 3, BRANCHES[0], needs_approval=True),
    ]


def generated(number: int) -> Room:
    """Make up the `number`-th room beside the standing ones, from 1."""
    return Room(f"1606{number:015d}", 3 + number, BRANCHES[number % len(BRANCHES)])
