"""The benchmark's plots, in docs/images/: one for seconds a booking, one for memory."""

import importlib.metadata
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from dev.bench_figures import MB, Memory, Speed
from dev.bench_report import machine
from dev.bench_stage import ROOT, console

IMAGES = ROOT / "docs" / "images"
WIDTH, DPI = 9.0, 200  # inches; a README shows about 880 pixels
OURS, OTHERS, INK, FAINT = "#0f766e", "#94a3b8", "#0f172a", "#64748b"
PACKAGES = ("apache-airflow", "httpx", "sqlalchemy", "pydantic")

mpl.use("Agg")
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "text.color": INK,
    "axes.labelcolor": FAINT,
    "axes.edgecolor": "#cbd5e1",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": FAINT,
    "ytick.color": INK,
    "figure.facecolor": "white",
}


def plot_speed(speed: Speed, folder: Path = IMAGES) -> None:
    """Draw how long a booking takes each way, on a logarithmic axis."""
    names = [speed.mapped.name, speed.applied.name, speed.bare_before.name]
    each = [1000 * value for value in (speed.mapped.each, speed.applied.each, speed.bare_each)]
    under = [
        f"{speed.mapped.bookings:,} bookings, PATCH",
        f"{speed.applied.bookings:,} bookings, GET, PATCH, ledger",
        f"{speed.bare_before.bookings:,} bookings, GET, PATCH",
    ]
    with plt.style.context(STYLE):
        figure, axes = plt.subplots(figsize=(WIDTH, 3.4))
        bars = axes.barh(range(len(each)), each, color=[OTHERS, OURS, OTHERS], height=0.62)
        axes.bar_label(bars, [milliseconds(value) for value in each], padding=6, fontweight="bold")
        axes.set_yticks(range(len(each)), [f"{one}\n{two}" for one, two in zip(names, under, strict=True)])
        axes.invert_yaxis()
        axes.set_xscale("log")
        axes.set_xlim(1, max(each) * 3)
        axes.set_xlabel("milliseconds a booking (logarithmic)")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.tick_params(axis="y", length=0)
        title = f"Time a booking: a change set runs at {speed.ratio:.0%} of a bare loop's speed"
        how = f"vendor latency {speed.latency * 1000:.0f} ms, {speed.at_once} requests at once"
        save(figure, folder / "bench-seconds-a-booking.png", title, how)


def plot_memory(memory: Memory, folder: Path = IMAGES) -> None:
    """Draw the peak for each number of rows; the lower part is what Airflow takes before planning."""
    places = range(len(memory.peaks))
    before = [peak.before / MB for peak in memory.peaks]
    added = [(peak.peak - peak.before) / MB for peak in memory.peaks]
    with plt.style.context(STYLE):
        figure, axes = plt.subplots(figsize=(WIDTH, 3.4))
        axes.barh(places, before, color=OTHERS, height=0.62, label="Airflow loaded, nothing planned")
        bars = axes.barh(places, added, left=before, color=OURS, height=0.62, label="planning")
        labels = [f"{peak.peak / MB:.0f} MB" for peak in memory.peaks]
        axes.bar_label(bars, labels, padding=6, fontweight="bold")
        axes.set_yticks(places, [f"{peak.rows:,} rows" for peak in memory.peaks])
        axes.invert_yaxis()
        axes.set_xlim(0, max(peak.peak for peak in memory.peaks) / MB * 1.15)
        axes.set_xlabel("peak resident memory of the process, MB")
        axes.tick_params(axis="y", length=0)
        axes.legend(loc="lower right", bbox_to_anchor=(1, 0.98), ncols=2, frameon=False, fontsize=9.5)
        most, fewest = memory.peaks[-1].rows, memory.peaks[0].rows
        title = f"Memory of planning: {most // fewest} times the rows, {memory.growth:.2f} times the memory"
        save(figure, folder / "bench-memory.png", title, "ledger in SQLite, report written")


def milliseconds(value: float) -> str:
    """Write milliseconds with as many digits as can be compared."""
    return f"{value:,.0f} ms" if value >= 100 else f"{value:.1f} ms"  # noqa: PLR2004  (three digits)


def save(figure: Figure, path: Path, title: str, how: str) -> None:
    """Write a plot, with its title, how it was measured, and on what."""
    found = ", ".join(f"{package} {importlib.metadata.version(package)}" for package in PACKAGES)
    where = machine()[0].partition(", load")[0]
    lines = (f"{how}. {where}", found)
    figure.tight_layout(rect=(0, 0.09, 1, 0.92))
    figure.text(0.012, 0.97, title, fontweight="bold", fontsize=13, va="top")
    figure.text(0.012, 0.02, "\n".join(lines), fontsize=8, color=FAINT)
    path.parent.mkdir(exist_ok=True)
    # Without the version of the program that drew it, two equal plots are equal files.
    figure.savefig(path, dpi=DPI, metadata={"Software": None})
    plt.close(figure)
    console.print(f"Plot: {path.name} in {path.parent.name}", soft_wrap=True)
