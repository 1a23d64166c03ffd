"""Coterie's whole run against the usual recipe, side by side: time, peak memory, inertia.

Run: make bench  (or: python benchmarks/against_recipe.py --rows 10000 100000 1000000)

Each side is a process of its own that reads the same CSV. The recipe is what people write:
pandas, StandardScaler, KMeans(n_init=10) for k = 2..10, silhouette on 10,000 rows, Davies-Bouldin
and Calinski-Harabasz. Coterie is `coterie segment` from reading to report, with nulls and
stability, which the recipe does not have. The inertias are compared at the same k on the same
scaled rows, by refitting the recipe's k with Coterie's centres as its judge.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RECIPE = """
import json, sys
import numpy as np, pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score
from sklearn.preprocessing import StandardScaler

path, n_init = sys.argv[1], int(sys.argv[2])
X = StandardScaler().fit_transform(pd.read_csv(path))
rows = {}
for k in range(2, 11):
    model = KMeans(k, n_init=n_init, random_state=0).fit(X)
    rows[k] = {
        "inertia": model.inertia_,
        "silhouette": silhouette_score(X, model.labels_, sample_size=min(10000, len(X)),
                                       random_state=0),
        "davies_bouldin": davies_bouldin_score(X, model.labels_),
        "calinski_harabasz": calinski_harabasz_score(X, model.labels_),
    }
print(json.dumps(rows))
"""

COTERIE = """
import sys
from coterie.faces.cli import main
sys.argv = ["coterie", "segment", sys.argv[1], "--out", sys.argv[2], "--k-max", "10", "--json",
            "--quiet"]
main()
"""


def make_table(rows: int, path: Path, *, columns: int = 8, groups: int = 6) -> None:
    """Write a CSV of correlated groups that overlap, as customers do."""
    import numpy as np
    import polars as pl

    rng = np.random.default_rng(rows)
    centres = rng.normal(0, 1, (groups, columns))
    mixing = rng.normal(0, 1, (columns, columns)) / np.sqrt(columns)
    label = rng.integers(0, groups, rows)
    points = 50 + 10 * (centres[label] + rng.normal(0, 1, (rows, columns)) @ mixing)
    pl.DataFrame({f"feature_{j}": points[:, j].round(4) for j in range(columns)}).write_csv(path)


def measure(code: str, *arguments: str) -> tuple[float, float, str]:
    """Run code as a process of its own; return seconds, peak memory in MB and its output."""
    with tempfile.TemporaryFile("w+") as output:
        begun = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=output)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        if status != 0:
            raise SystemExit(f"the measured process ended with status {status}")
        output.seek(0)
        return seconds, usage.ru_maxrss / 1024, output.read()


def inertia_of(path: Path, out: Path) -> float:
    """Return the inertia of Coterie's segments on the recipe's own scaled rows."""
    import numpy as np
    import polars as pl

    table = pl.read_csv(path)
    raw = table.to_numpy()
    points = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    labels = pl.read_csv(out / "customers.csv", columns=["segment_id"]).to_series().to_numpy()
    total = 0.0
    for label in np.unique(labels):
        own = points[labels == label]
        total += float(((own - own.mean(axis=0)) ** 2).sum())
    return total


def compare(rows: int, n_init: int) -> dict[str, float]:
    """Measure both sides on one table."""
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "table.csv", Path(folder) / "out"
        make_table(rows, path)
        ours = measure(COTERIE, str(path), str(out))
        theirs = measure(RECIPE, str(path), str(n_init))
        answer = json.loads(ours[2])
        found = json.loads(theirs[2])
        k = answer["k"]
        own = inertia_of(path, out)
    return {
        "rows": rows,
        "k": k,
        "coterie_s": ours[0],
        "recipe_s": theirs[0],
        "time_ratio": ours[0] / theirs[0],
        "coterie_mb": ours[1],
        "recipe_mb": theirs[1],
        "inertia_ratio": own / found[str(k)]["inertia"] if str(k) in found else float("nan"),
        "stages": answer["seconds"],
    }


def main() -> None:
    """Compare at each size asked for and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--n-init", type=int, default=10)
    arguments = parser.parse_args()
    # What the background writes of one run must not disturb the next.
    os.environ["COTERIE_TRACK"] = "0"
    heading = ("rows", "k", "Coterie s", "recipe s", "ratio", "Coterie MB", "recipe MB", "inertia")
    print(("{:>10} {:>3} " + "{:>10} " * 6).format(*heading))
    for rows in arguments.rows:
        row = compare(rows, arguments.n_init)
        print(
            f"{rows:>10,} {row['k']:>3} {row['coterie_s']:>10.2f} {row['recipe_s']:>10.2f} "
            f"{row['time_ratio']:>10.3f} {row['coterie_mb']:>10.0f} {row['recipe_mb']:>10.0f} "
            f"{row['inertia_ratio']:>10.5f}",
            flush=True,
        )
        print("           stages: " + json.dumps(row["stages"]), flush=True)


if __name__ == "__main__":
    main()
