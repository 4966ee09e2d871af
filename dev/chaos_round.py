"""A round of the chaos campaign: plan, apply under fire, bring it to its end, and look at what is left."""

import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from dev.chaos_cast import Cast
from dev.chaos_checks import Violation, violations
from dev.chaos_evidence import evidence
from dev.chaos_faults import REVOKE, Fault, as_struck
from dev.chaos_plan import Kill, Round, dice, drawn
from dev.chaos_sets import Asked, Records, asked_for
from dev.chaos_stage import PASSWORD, Stage, connections, stage

RERUNS = 4  # times that a task is cleared and run again while vendors do wrong
AT_LAST = 8  # times that it is run again when they do no more


@dataclass(frozen=True)
class Verdict:
    """What came of a round.

    Attributes:
        seed: Which round.
        violations: What did not hold.
        counts: What was counted, by name.
        faults: What vendors did wrong, by kind, as often as it struck.
        items: How many items ended how, by outcome and reason.
        folder: Where all of it is kept; None where nothing is wrong.
    """

    seed: int
    violations: Sequence[Violation]
    counts: Mapping[str, int] = field(default_factory=dict)
    faults: Mapping[str, int] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)
    folder: Path | None = None


def play(seed: int, postgres: str, kept: Path) -> Verdict:
    """Play the round of a seed.

    Args:
        seed: The round.
        postgres: The URL of a PostgreSQL server; empty where there is none, and every ledger is a file.
        kept: The folder where rounds with a violation are kept.
    """
    played = drawn(seed)
    folder = Path(mkdtemp(prefix=f"booking-chaos-{seed}-"))
    with stage(folder, seed, postgres if played.postgres else "") as on:
        verdict = _Playing(played, on).verdict()
    if not verdict.violations:
        shutil.rmtree(folder)
        return verdict
    place = kept / str(seed)
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(folder, place)
    shutil.rmtree(folder)
    return replace(verdict, folder=place)


class _Playing:
    def __init__(self, played: Round, on: Stage) -> None:
        self._round = played
        self._on = on
        self._random = dice(played.seed, "playing")
        (on.folder / "logs").mkdir()
        (on.folder / "home").mkdir()
        self._cast = Cast(on.folder / "logs", on.environment, on.let_waits_pass)
        self._struck: dict[str, str] = {}
        self._voided: Counter[str] = Counter()
        self._conn_ids = {vendor: parts["conn_id"] for vendor, parts in connections(on.sandbox.url).items()}

    def verdict(self) -> Verdict:
        before = self._booked()
        bookings = {vendor: self._mine[vendor] for vendor in self._round.bookings}
        names = ("a", "b") if self._round.shape == "two sets at once" else ("a",)
        asked = [
            asked_for(
                self._round,
                name,
                before,
                bookings=bookings,
                conn_ids=self._conn_ids,
                folder=self._on.folder,
            )
            for name in names
        ]
        planned = [self._planned(each) for each in asked]
        self._apply(planned)
        for found in planned:
            self._brought_to_its_end("apply", {"change_set_id": found})
        ids = dict(zip(names, planned, strict=True))
        reverted_from = float("inf")
        if self._round.revert:
            reverted_from = time.time()
            undone = self._brought_to_its_end("revert", {"change_set_id": planned[0]})
            ids["revert"] = undone.get("change_set_id", "")
        counts = {
            name: self._brought_to_its_end("report", {"change_set_id": found}).get("counts", {})
            for name, found in ids.items()
        }
        seen = evidence(
            self._on,
            asked,
            ids,
            counts,
            before=before,
            notify=self._round.notify,
            reverted_from=reverted_from,
            tally=self._cast.tally,
        )
        return Verdict(
            self._round.seed, violations(seen), self._counted(seen), self._faults(seen), _items(seen)
        )

    def _booked(self) -> Records:
        """Let every vendor of the round have its bookings, and return all that there is."""
        sandbox = self._on.sandbox
        self._mine = {}
        for vendor, count in self._round.bookings.items():
            if vendor == "feishu":
                made = [{"password": PASSWORD} for _ in range(count)]
                self._mine[vendor] = sandbox.seed(vendor, bookings=made)
            else:
                self._mine[vendor] = sandbox.seed(vendor, count)
        return self._on.bookings()

    def _planned(self, asked: Asked) -> str:
        """Plan a change set while vendors may do wrong, and return its id."""
        self._let_go_wrong(self._round.while_planning)
        arguments: dict[str, Any] = {"source": {"file": str(asked.source)}, "change": asked.change}
        arguments["notify"] = self._round.notify
        return str(self._brought_to_its_end("plan", arguments, f"chaos {asked.name}")["change_set_id"])

    def _apply(self, planned: Sequence[str]) -> None:
        """Apply, in as many processes as the round wants, under fire."""
        self._let_go_wrong(self._round.while_applying)
        arguments: list[dict[str, Any]] = [{"change_set_id": found, "canary": 2} for found in planned]
        if self._round.shape == "by connection":
            arguments = [
                arguments[0] | {"conn_id": self._conn_ids[vendor]} for vendor in self._round.bookings
            ]
        elif self._round.shape == "twice at once":
            arguments *= 2
        jobs = [self._cast.job("apply", each) for each in arguments]
        self._watch(self._round.kills)
        began = time.monotonic()
        outage = self._round.outage
        goes = outage is not None and outage.when == "seconds"

        def meanwhile() -> None:
            nonlocal goes
            if outage is None:
                return
            if goes and time.monotonic() - began > outage.at:
                self._on.ledger.go()
                goes = False
            self._on.ledger.come_back(after=outage.lasts)

        self._cast.play(jobs, reruns=RERUNS, kills=self._round.kills, meanwhile=meanwhile)
        self._on.watched.received = self._on.watched.answered = _nothing
        self._on.ledger.come_back()
        self._on.sandbox.clear_faults()

    def _brought_to_its_end(
        self, operator: str, arguments: dict[str, Any], run_id: str = "chaos"
    ) -> dict[str, Any]:
        """Run a task again until it returns, or fails for good; return what it handed on."""
        job = self._cast.job(operator, arguments, run_id)
        (ending,) = self._cast.play([job], reruns=AT_LAST, meanwhile=_nothing)
        self._on.sandbox.clear_faults()
        how = "killed" if ending is None else ending["how"]
        if how != "returned" and not (how == "retry" and self._is_out_of_reach):
            self._cast.tally.broken.append(f"{operator} did not come to its end: {ending}")
        returned: dict[str, Any] = (ending or {}).get("returned", {})
        return returned

    @property
    def _is_out_of_reach(self) -> bool:
        """Whether what is unknown has to stay so: nobody can read it with a revoked consent."""
        return bool(self._voided[f"tokens: {REVOKE}"]) and "zoho" in self._round.bookings

    def _let_go_wrong(self, faults: Sequence[Fault]) -> None:
        for fault in faults:
            rule = fault.rule(self._random)
            self._struck[as_struck(rule)] = fault.kind
            self._on.sandbox.control("POST", "/faults", [rule])

    def _watch(self, kills: Sequence[Kill]) -> None:
        """Kill, end tokens, and take the ledger away, at the calls that the round says."""
        watched, voiding, outage = self._on.watched, self._round.voiding, self._round.outage
        watched.count_anew()

        def on_call(number: int, *, when: str) -> None:
            for kill in kills:
                if (kill.when, kill.at) == (when, number):
                    self._cast.kill(kill.process)
            if outage is not None and (outage.when, outage.at) == (when, number):
                self._on.ledger.go()
            if voiding is not None and (when, number) == ("received", voiding.at):
                self._on.void_tokens(voiding.vendor, voiding.how)
                self._voided[f"tokens: {voiding.how}"] += 1

        watched.received = partial(on_call, when="received")
        watched.answered = partial(on_call, when="answered")

    def _faults(self, seen: Any) -> dict[str, int]:
        counted = Counter(self._voided)
        for request in seen.requests:
            if request["fault"] is not None:
                counted[
                    self._struck[as_struck({"vendor": request["vendor"], "action": request["fault"]})]
                ] += 1
        return dict(counted)

    def _counted(self, seen: Any) -> dict[str, int]:
        tally = self._cast.tally
        return {
            "kills": len(tally.kills),
            "reruns": tally.reruns,
            "long waits": tally.deferrals,
            "leases lost": tally.lost_leases,
            "ledger away": len(seen.gone),
            "requests": len(seen.requests),
            "changes at vendors": sum(len(request["changed"]) for request in seen.requests),
            "messages": len(seen.notifications),
        }


def _items(seen: Any) -> dict[str, int]:
    items = [item for each in seen.sets for item in each.items]
    return Counter(f"{item.outcome}, {item.reason}" if item.reason else item.outcome for item in items)


def _nothing(*_: object) -> None:
    """Do nothing."""
