"""Seconds and memory from order lines to customers, beside the usual pandas recipe.

::

    python benchmarks/transactions.py --rows 500000 1000000
    python benchmarks/transactions.py --file online_retail.csv
    python benchmarks/transactions.py --file online_retail.csv --times 10

`--times` writes a file of so many shops after each other: each with customers and orders of its
own, so that nothing in it repeats. Memory should hardly grow with it.

Each run is a process of its own: seconds from its start to the table of customers, processor
seconds, and the most memory it held. Beside it the usual pandas recipe for recency, frequency and
monetary value alone (read, drop guests, cancelled and free lines and copies, group), if pandas is
installed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OURS = """
from coterie.workflow.customers import customers_from_orders
made = len(customers_from_orders({path!r}))
"""
EXPECTING = """
from coterie.workflow.customers import customers_from_orders
made = len(customers_from_orders({path!r}, expect="90d", rfm=True))
"""
RECIPE = """
import pandas as pd
d = pd.read_csv({path!r}, dtype={{"InvoiceNo": str}}, parse_dates=["InvoiceDate"])
d = d.drop_duplicates().dropna(subset=["CustomerID"])
d = d[~d.InvoiceNo.str.startswith("C") & (d.Quantity > 0) & (d.UnitPrice > 0)]
d["paid"] = d.Quantity * d.UnitPrice
end = d.InvoiceDate.max()
made = len(d.groupby("CustomerID").agg(
    recency=("InvoiceDate", lambda x: (end - x.max()).days),
    frequency=("InvoiceNo", "nunique"), monetary=("paid", "sum")))
"""
_TAIL = """
import json, resource
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([made, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def measured(code: str, path: Path) -> tuple[int, float, float, float] | None:
    """Return customers, seconds, processor seconds and MB of a process; None if it failed."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code.format(path=str(path)) + _TAIL],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stderr.strip().splitlines()[-1])
        return None
    made, processor, memory = json.loads(done.stdout)
    return made, time.perf_counter() - begun, processor, memory


def compare(path: Path) -> None:
    """Print a line for each way to customers."""
    print(f"{path.name}, {path.stat().st_size / 1e6:,.0f} MB")
    for name, code in (("customers", OURS), ("with expectation and RFM", EXPECTING),
                       ("pandas, RFM only", RECIPE)):  # fmt: skip
        found = measured(code, path)
        if found is not None:
            print(f"  {name:<26} {found[0]:>9,} customers {found[1]:7.1f} s {found[2]:7.1f} s cpu "
                  f"{found[3]:7,.0f} MB")  # fmt: skip


def write_again(path: Path, times: int, folder: Path) -> Path:
    """Write a file of orders so many times, each with customers and orders of their own."""
    import polars as pl

    from coterie.prepare.transactions import find_order_columns
    from coterie.tables import open_table

    columns = find_order_columns(open_table(path).frame)[0]
    lines = pl.read_csv(path, infer_schema=False)
    made = folder / f"{path.stem}_{times}.csv"
    with made.open("wb") as file:
        for one in range(times):
            # A digit behind each number: 17850.0 becomes 178503.0, and C536379 becomes C5363793.
            own = pl.col(columns.customer, *filter(None, [columns.order]))
            lines.with_columns(own.str.replace("([0-9]+)", f"${{1}}{one}")).write_csv(
                file, include_header=one == 0
            )
    return made


def main() -> None:
    """Compare on a file, or on generated lines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="*", default=[500_000])
    parser.add_argument("--file", type=Path, default=None)
    parser.add_argument("--times", type=int, default=1)
    asked = parser.parse_args()
    if asked.file is not None:
        with tempfile.TemporaryDirectory() as folder:
            times = asked.times
            compare(write_again(asked.file, times, Path(folder)) if times > 1 else asked.file)
        return
    from coterie.tables.synthetic import make_transactions

    with tempfile.TemporaryDirectory() as folder:
        for rows in asked.rows:
            path = Path(folder) / f"orders_{rows}.csv"
            make_transactions(rows, seed=1)[0].write_csv(path)
            compare(path)


if __name__ == "__main__":
    main()
