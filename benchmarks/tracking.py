"""What tracking costs: `coterie segment --track` against `--no-track`, side by side.

Run: python benchmarks/tracking.py [--rows 100000] [--pairs 5]

Each run is a process of its own on the same CSV, in turns (without, with, with, without), and a
turn begins when nothing is logging any more. `answer` is the time until the command has ended and
all its files are written: what somebody waits for; `processor` what it took of the two cores, which
says more where others work on the same machine. `background` is what MLflow then takes beside
it, at a lower priority: seconds by the clock and of processor. The first pair also makes the
database. Exits 1 if the answer takes 15 % more of the processor, or more.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from against_recipe import make_table

LIMIT = 0.15
LOGGED = re.compile(r"logged 1 to .* in ([\d.]+) s, ([\d.]+) s of processor")


def answer(table: Path, out: Path, store: Path, *, track: bool) -> tuple[float, float]:
    """Run `coterie segment` and return its seconds, by the clock and of processor."""
    words = ["segment", str(table), "--out", str(out), "--quiet", "--json"]
    words.append("--track" if track else "--no-track")
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "coterie", *words],
        env={**os.environ, "COTERIE_TRACKING_DIR": str(store)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    spent, used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    return spent, busy


def background(store: Path, runs: int) -> tuple[float, float]:
    """Wait until so many runs are logged; return the last one's seconds, by clock and processor."""
    log = store / "log.txt"
    for _ in range(3_000):
        found = LOGGED.findall(log.read_text()) if log.exists() else []
        if len(found) >= runs:
            return float(found[-1][0]), float(found[-1][1])
        time.sleep(0.1)
    raise SystemExit(f"a run was not logged within five minutes; see {log}")


def main() -> None:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--pairs", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        make_table(asked.rows, place / "table.csv")
        store = place / "store"
        answer(place / "table.csv", place / "out", store, track=False)  # Files into memory.
        seconds: dict[bool, list[float]] = {False: [], True: []}
        busy: dict[bool, list[float]] = {False: [], True: []}
        after = []
        for pair in range(asked.pairs):
            for track in (False, True) if pair % 2 == 0 else (True, False):
                spent, used = answer(place / "table.csv", place / "out", store, track=track)
                seconds[track].append(spent)
                busy[track].append(used)
                if track:
                    after.append(background(store, len(after) + 1))
    without, tracked = statistics.median(seconds[False]), statistics.median(seconds[True])
    cost = tracked / without - 1
    print(f"rows                {asked.rows:,}, {asked.pairs} pairs")
    print(f"answer, untracked   {without:.2f} s  (from {_each(seconds[False])})")
    print(f"answer, tracked     {tracked:.2f} s  (from {_each(seconds[True])})")
    print(f"cost                {cost:+.1%}  (limit {LIMIT:.0%})")
    used, used_tracked = statistics.median(busy[False]), statistics.median(busy[True])
    print(f"processor, untracked  {used:.2f} s  (from {_each(busy[False])})")
    print(f"processor, tracked  {used_tracked:.2f} s  (from {_each(busy[True])})")
    print(f"cost, processor     {used_tracked / used - 1:+.1%}  (limit {LIMIT:.0%})")
    print(f"background, first   {after[0][0]:.1f} s, {after[0][1]:.1f} s of processor")
    later = after[1:] or after
    clock, processor = (statistics.median(one[i] for one in later) for i in (0, 1))
    print(f"background, later   {clock:.1f} s, {processor:.1f} s of processor")
    # The clock of a machine that is shared says little: its processor decides.
    sys.exit(used_tracked / used - 1 >= LIMIT)


def _each(seconds: list[float]) -> str:
    return ", ".join(f"{one:.2f}" for one in seconds)


if __name__ == "__main__":
    main()
