"""The demo's bulk run: a file of 500 moves, planned, approved and applied; what the vendors hold then."""

from pathlib import Path
from typing import Any

from rich.markdown import Markdown
from rich.markup import escape
from rich.panel import Panel

from airflow_provider_booking.sandbox import Sandbox
from dev import demo_file, demo_report
from dev.airflow_api import PATIENCE, AirflowApi, Question, TaskInstance
from dev.demo_approval import Approver, beginning, page
from dev.demo_console import console, short, step
from dev.demo_watch import Watch
from dev.vendor_forms import FORMS

DAG_ID = "bulk_reschedule"
A_PERSON = 86_400  # seconds that a run may take where a person has to answer


def run(
    api: AirflowApi, sandbox: Sandbox, conn_ids: dict[str, str], *, file: Path, answer_at: str | None
) -> bool:
    """Have a file of bookings moved; print what came of it, and tell whether all is as it should be.

    Args:
        api: Airflow's API.
        sandbox: the vendors.
        conn_ids: the connection of each vendor, by its name.
        file: where to write the file.
        answer_at: the address where a person approves the plan; None: it is approved from here.
    """
    before = holdings(sandbox)
    wishes = demo_file.wishes(before, conn_ids)
    total = sum(map(len, before.values()))
    demo_file.write(file, wishes)
    console.print(
        f"File: {len(wishes)} rows in {short(file)}; the vendors hold {total} bookings", soft_wrap=True
    )
    tasks, state, folder = moved(api, file, answer_at)
    if folder is None:
        console.print(f"[red]There is no report; the run ended as {state}.[/red]")
        return False
    if ("apply", "skipped") in {(task.task_id, task.state) for task in tasks}:
        console.print("Nothing was applied: the plan was rejected.")
        console.print(f"Report   {short(folder / 'summary.md')}", soft_wrap=True)
        return holdings(sandbox) == before
    after = holdings(sandbox)
    rows = demo_report.compare(wishes, demo_report.items_of(folder), before, after)
    others, changed = demo_report.others_changed(rows, before, after)
    console.print(demo_report.counts(rows), demo_report.not_applied(rows), demo_report.samples(rows))
    console.print(
        f"Of {len(rows)} rows, the vendors hold {sum(row.true for row in rows)} as the report says."
    )
    console.print(f"Of {others} bookings that the file does not name, {changed or 'none'} changed.")
    console.print(f"Who was told: {demo_report.told(sandbox.notifications())}.", soft_wrap=True)
    console.print(f"How long it took: {demo_report.took(tasks)}")
    console.print(f"Report   {short(folder / 'summary.md')}", soft_wrap=True)
    good = state == "success" and not changed and all(row.true and row.expected for row in rows)
    if not good:
        console.print(f"[red]Not every booking is as it should be; the run ended as {state}.[/red]")
    return good


def moved(api: AirflowApi, file: Path, answer_at: str | None) -> tuple[list[TaskInstance], str, Path | None]:
    """Let the scheduler run the DAG on the file; return its tasks, its state, and the report's folder."""
    params = {"source": {"file": str(file)}, "change": None, "conn_id": None, "notify": "vendor_default"}
    with step("Run") as say:
        run_id = api.trigger(DAG_ID, params)
        watch = Watch(api, DAG_ID, run_id, state=say, line=lambda line: console.print(f"  {escape(line)}"))
        approver = Approver(
            api,
            DAG_ID,
            run_id,
            by_hand=answer_at is not None,
            show=lambda question: show(question, answer_at and page(answer_at, DAG_ID, run_id)),
            answered=lambda: console.print("  Approved, through Airflow's API"),
        )

        def look(seen: list[TaskInstance]) -> None:
            watch.look(seen)
            approver.look(seen)

        patience = PATIENCE if answer_at is None else A_PERSON
        state = api.wait_for_run(DAG_ID, run_id, timeout=patience, seen=look)
        tasks = api.task_instances(DAG_ID, run_id)
        watch.look(tasks)
    folder = None
    for task in tasks:
        if task.state == "failed":
            console.print(f"[red]{task.task_id}:[/red] {escape(api.failure(DAG_ID, run_id, task))}")
        elif task.task_id == "report" and task.state == "success":
            folder = Path(api.xcom(DAG_ID, run_id, task)["report"])
    return tasks, state, folder


def show(question: Question, where: str | None) -> None:
    """Print what a person is asked, and where to answer."""
    console.print(Panel(Markdown(beginning(question)), title=escape(question.subject), title_align="left"))
    if where is not None:
        console.print(f"Waiting for you, up to a day: {where}", soft_wrap=True)


def holdings(sandbox: Sandbox) -> dict[str, list[dict[str, Any]]]:
    """Return what each vendor holds."""
    return {vendor: sandbox.bookings(vendor) for vendor in FORMS}
