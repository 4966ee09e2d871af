"""What happens in a round of the chaos campaign: drawn from one number, before anything of it happens."""

from dataclasses import dataclass
from random import Random

from dev.chaos_faults import KINDS, VENDORS, VOIDED, Fault

WISHES = ("title", "times", "shift", "date")
SHAPES = ("one", "by connection", "twice at once", "two sets at once")
NOTIFY = ("vendor_default", "once", "none")
ALWAYS_TELLS = "onlive"
"""The vendor that no plan can keep from telling people: where it is in a round, they may be told."""
LONGEST = 40  # bookings of a round, over all vendors
FEWEST = 12
# How likely it is that a round has this.
IN_POSTGRES, WITHOUT_LEDGER, WITHOUT_TOKENS, TAKEN_BACK = 0.4, 0.3, 0.3, 0.15
OF_UPDATES = 0.7  # how likely it is that a fault waits for updates, and lets reads pass


@dataclass(frozen=True)
class Kill:
    """A SIGKILL for one of the processes that apply.

    Attributes:
        process: Which one, by number.
        when: ``received`` (before the vendor answers), ``answered``, ``seconds``, ``commit`` (before the
            ledger keeps something) or ``kept`` (right after).
        at: The number of the request or commit, or seconds.
    """

    process: int
    when: str
    at: float


@dataclass(frozen=True)
class Outage:
    """The ledger is gone for a while.

    Attributes:
        when: ``received`` (before a vendor answers, as between a claim and an intent), or ``seconds``.
        at: The number of the request, or seconds.
        lasts: Seconds.
    """

    when: str
    at: float
    lasts: float


@dataclass(frozen=True)
class Voiding:
    """All tokens of a vendor are ended (``expire`` or ``revoke``) at the so-many-th request of an apply."""

    vendor: str
    how: str
    at: int


@dataclass(frozen=True)
class Round:
    """All that a round consists of.

    Attributes:
        seed: What it was drawn from.
        bookings: Vendor to how many.
        wish: What is asked for: one of :data:`WISHES`.
        notify: Who shall be told.
        shape: Which processes apply: one of :data:`SHAPES`.
        postgres: Whether the ledger is in PostgreSQL, where there is one.
        while_planning: What vendors do wrong during the plan.
        while_applying: What they do wrong afterwards.
        kills: In order; a process that was killed is run again, as a task that was cleared.
        outage: When the ledger is gone, if ever.
        voiding: When tokens are ended, if ever.
        revert: Whether all is taken back in the end.
    """

    seed: int
    bookings: dict[str, int]
    wish: str
    notify: str
    shape: str
    postgres: bool
    while_planning: tuple[Fault, ...]
    while_applying: tuple[Fault, ...]
    kills: tuple[Kill, ...]
    outage: Outage | None
    voiding: Voiding | None
    revert: bool


def dice(*of: object) -> Random:
    """Return what a round is drawn with: the same for the same values."""
    return Random(" ".join(map(str, of)))  # noqa: S311  (nothing is kept secret by it)


def drawn(seed: int) -> Round:
    """Draw a round; the same seed gives the same one."""
    random = dice(seed)
    vendors = random.sample(VENDORS, random.choice((1, 1, 2, 2, 3, 4, 5)))
    each = max(1, random.randint(FEWEST, LONGEST) // len(vendors))
    shape = random.choice(SHAPES)
    return Round(
        seed=seed,
        bookings=dict.fromkeys(vendors, each),
        # Of two change sets at once, each must be known by what it writes.
        wish="title" if shape == "two sets at once" else random.choice(WISHES),
        notify=random.choice([each for each in NOTIFY if each != "none" or ALWAYS_TELLS not in vendors]),
        shape=shape,
        postgres=random.random() < IN_POSTGRES,
        while_planning=_faults(random, vendors, random.choice((0, 0, 0, 1)), updates=False),
        while_applying=_faults(random, vendors, random.choice((0, 1, 2, 3, 4, 5)), updates=True),
        kills=tuple(_kill(random, each * len(vendors)) for _ in range(random.choice((0, 0, 1, 1, 2)))),
        outage=_outage(random, each * len(vendors)),
        voiding=_voiding(random, vendors, each),
        revert=shape in SHAPES[:2] and random.random() < TAKEN_BACK,
    )


def _faults(random: Random, vendors: list[str], count: int, *, updates: bool) -> tuple[Fault, ...]:
    found = []
    for _ in range(count):
        kind = random.choice([name for name, each in KINDS.items() if set(vendors) & set(each.vendors)])
        vendor = random.choice([name for name in vendors if name in KINDS[kind].vendors])
        updates_only = updates and random.random() < OF_UPDATES
        most = KINDS[kind].times
        times = most if kind == "down" else random.randint(1, most)
        found.append(Fault(kind, vendor, updates_only, random.randrange(6), times))
    return tuple(found)


def _kill(random: Random, bookings: int) -> Kill:
    when = random.choice(("received", "answered", "seconds", "commit", "kept"))
    most = {"seconds": 1.0, "commit": 8, "kept": 8}.get(when, 2 * bookings)
    at = random.uniform(0.05, most) if when == "seconds" else random.randint(1, int(most))
    return Kill(random.randrange(2), when, at)


def _outage(random: Random, bookings: int) -> Outage | None:
    if random.random() >= WITHOUT_LEDGER:
        return None
    when = random.choice(("received", "seconds"))
    at = random.uniform(0.05, 0.6) if when == "seconds" else random.randint(1, 2 * bookings)
    return Outage(when, at, random.uniform(1.0, 1.6))


def _voiding(random: Random, vendors: list[str], each: int) -> Voiding | None:
    if random.random() >= WITHOUT_TOKENS:
        return None
    how = random.choice(tuple(VOIDED))
    hit = [vendor for vendor in vendors if vendor in VOIDED[how]]
    return Voiding(random.choice(hit), how, random.randint(2, 2 * each + 2)) if hit else None
