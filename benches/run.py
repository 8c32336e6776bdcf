"""Measures tierbook beside DuckDB on the shipped book, over a made-up company of any size.

    python3 -m venv /tmp/bench-venv && /tmp/bench-venv/bin/pip install -r benches/requirements.txt
    cargo build --release
    /tmp/bench-venv/bin/python benches/run.py --customers 2500 --work /tmp/bench

About 400 sale lines a customer over 79 months: 2500 customers are 1 million lines, 25000 are 10, 150000 are 60. Every line of the
result is a process of its own: seconds on the wall, seconds of CPU, and the most memory that it held. tierbook's times have
its checks in them; DuckDB does none. Tables that fit a model to purchases are computed by tierbook alone.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
LAST_DAY, DAY_BEFORE = "2026-10-31", "2026-10-30"
LAST_MONTH, OLD_MONTH = "month=2026-10", "month=2023-05"
# A table of the first page that no other one reads.
LEAF = "queries/review/headline.sql"


class Bench:
    def __init__(self, given):
        self.given = given
        self.work = Path(given.work).resolve()
        self.tierbook = str(Path(given.tierbook).resolve())
        self.rows = []
        self.lines = 0

    def measure(self, scenario, engine, command, cwd=None):
        """Runs a command; keeps what it took, and gives what it printed."""
        began = time.perf_counter()
        log = self.work / "output.txt"
        with open(log, "wb") as out:
            process = subprocess.Popen(command, cwd=cwd, stdout=out, stderr=subprocess.STDOUT)
            _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        text = log.read_text(errors="replace")
        if os.waitstatus_to_exitcode(status) != 0:
            raise SystemExit(f"{scenario} of {engine} failed: {' '.join(map(str, command))}\n{text[-3000:]}")
        row = {
            "scenario": scenario,
            "engine": engine,
            "seconds": round(seconds, 2),
            "cpu": round(used.ru_utime + used.ru_stime, 2),
            "user_cpu": round(used.ru_utime, 2),
            "peak_mib": used.ru_maxrss // 1024,
        }
        self.rows.append(row)
        self.keep()
        print(f"{scenario:34} {engine:22} {seconds:8.2f} s {row['cpu']:8.2f} s CPU {row['peak_mib']:6} MiB", flush=True)
        return text

    def ours(self, scenario, command, warehouse, *more):
        return self.measure(
            scenario,
            "tierbook",
            [self.tierbook, *command, "--project", self.project, "--warehouse", warehouse, "--memory", self.given.memory, *more],
        )

    def duck(self, scenario, engine, *more):
        text = self.measure(
            scenario,
            engine,
            [sys.executable, ROOT / "benches/duck.py", self.script, "--memory", self.given.memory, *more],
        )
        failed = json.loads(text.strip().split("\n")[-1])["failed"]
        if failed:
            raise SystemExit(f"DuckDB failed: {failed[:5]}")

    # -- what is measured

    def prepare(self):
        self.work.mkdir(parents=True, exist_ok=True)
        self.whole = self.work / "warehouse"
        if not self.whole.exists():
            self.measure(
                "generate",
                "tierbook",
                [self.tierbook, "sample", "--customers", str(self.given.customers), "--months", "79", "--out", self.whole],
            )
        self.lines = duckdb.execute(f"SELECT count(*) FROM '{self.whole}/sales_order_line/*/*.parquet'").fetchone()[0]
        print(f"{self.lines:,} sale lines of {self.given.customers:,} customers")
        self.project = self.work / "book"
        shutil.rmtree(self.project, ignore_errors=True)
        self.project.mkdir()
        shutil.copy(ROOT / "tierbook.toml", self.project)
        for folder in ("queries", "report_templates"):
            shutil.copytree(ROOT / folder, self.project / folder)
        self.script = self.work / "book.sql"
        with open(self.script, "wb") as out:
            command = ["graph", "--format", "duckdb", "--as-of", LAST_DAY]
            subprocess.run(
                [self.tierbook, *command, "--project", self.project, "--warehouse", self.whole], stdout=out, check=True
            )

    def sales(self, month):
        return next((self.nightly / "sales_order_line" / month).glob("*.parquet"))

    def evening_before(self):
        """A warehouse as it was a day before the last: the newest file of sales lacks its last day."""
        self.nightly = self.work / "nightly"
        shutil.rmtree(self.nightly, ignore_errors=True)
        shutil.copytree(self.whole, self.nightly, copy_function=os.link)
        newest = self.sales(LAST_MONTH)
        self.rewrite(newest, f"WHERE {self.day} < DATE '{LAST_DAY}'", newest)

    day = "CAST(ordered_at AT TIME ZONE 'Asia/Shanghai' AS DATE)"

    def rewrite(self, source, condition, target):
        beside = target.with_suffix(".new")
        duckdb.execute("SET TimeZone = 'UTC'")
        duckdb.execute(f"COPY (SELECT * FROM read_parquet('{source}', hive_partitioning = false) {condition}) TO '{beside}' "
                   "(FORMAT parquet, COMPRESSION zstd)")
        os.replace(beside, target)

    def new_day(self):
        whole = next((self.whole / "sales_order_line" / LAST_MONTH).glob("*.parquet"))
        self.new_file = self.nightly / "sales_order_line" / LAST_MONTH / "zz-last-day.parquet"
        self.rewrite(whole, f"WHERE {self.day} = DATE '{LAST_DAY}'", self.new_file)

    def old_file(self):
        old = self.sales(OLD_MONTH)
        shutil.copy(old, old.with_suffix(".copy"))
        old.unlink()
        os.rename(old.with_suffix(".copy"), old)
        beside = old.with_suffix(".new")
        duckdb.execute("SET TimeZone = 'UTC'")
        duckdb.execute(
            "COPY (SELECT * REPLACE (CASE WHEN row_number() OVER () = 1 THEN gross_amount + 1 ELSE gross_amount END AS gross_amount) "
            f"FROM read_parquet('{old}', hive_partitioning = false)) TO '{beside}' (FORMAT parquet, COMPRESSION zstd)"
        )
        os.replace(beside, old)

    def leaf(self):
        path = self.project / LEAF
        head, body = [], []
        for line in path.read_text(encoding="utf-8").splitlines():
            (head if line.startswith("--") and not body else body).append(line)
        path.write_text("\n".join([*head, "SELECT * FROM (", *body, ") AS edited WHERE 1 = 1", ""]), encoding="utf-8")

    def run(self):
        self.prepare()
        scan = f"SELECT count(order_no), count(account_no), count(ordered_at), sum(gross_amount), sum(discount_amount), " \
               f"sum(cost_amount), count(status) FROM read_parquet('{self.whole}/sales_order_line/*/*.parquet')"
        self.measure("scan of seven columns", "DuckDB", [sys.executable, "-c", f"import duckdb; duckdb.execute(\"{scan}\").fetchall()"])
        last, before = ["--as-of", LAST_DAY], ["--as-of", DAY_BEFORE]
        self.ours("all tables, cold", ["check", "--rows", "--no-cache"], self.whole, *last)
        self.duck("all tables, cold", "DuckDB, as stored")
        self.duck("all tables, cold", "DuckDB, all tables", "--tables")
        if not self.given.editions:
            return
        self.ours("to an edition, cold", ["run", "--out", self.work / "out"], self.whole, *last)
        self.ours("to an edition, nothing changed", ["run", "--out", self.work / "out"], self.whole, *last)
        if self.given.nights:
            self.nights(last, before)

    def nights(self, last, before):
        self.evening_before()
        database = self.work / "book.duckdb"
        database.unlink(missing_ok=True)
        script = self.script.read_text(encoding="utf-8").replace(str(self.whole), str(self.nightly))
        self.script.write_text(script.replace(LAST_DAY, DAY_BEFORE), encoding="utf-8")
        self.ours("the evening before", ["run", "--out", self.work / "out2"], self.nightly, *before)
        self.duck("the evening before", "DuckDB, by hand", "--database", database)
        self.new_day()
        self.script.write_text(script, encoding="utf-8")
        self.ours("to an edition, a new day", ["run", "--out", self.work / "out2"], self.nightly, *last)
        self.duck("tables, a new day", "DuckDB, by hand", "--database", database, "--night", self.new_file)
        self.leaf()
        self.ours("to an edition, a leaf edited", ["run", "--out", self.work / "out2"], self.nightly, *last)
        self.old_file()
        self.ours("to an edition, an old file", ["run", "--out", self.work / "out2"], self.nightly, *last)

    def keep(self):
        """Writes down what has been measured so far: who stops it has that much."""
        result = {"lines": self.lines, "customers": self.given.customers, "rows": self.rows}
        (self.work / "result.json").write_text(json.dumps(result, indent=1))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=2500)
    parser.add_argument("--work", default="/tmp/bench")
    parser.add_argument("--tierbook", default=ROOT / "target/release/tierbook")
    parser.add_argument("--memory", default="4GiB")
    parser.add_argument("--editions", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--nights", action=argparse.BooleanOptionalAction, default=True)
    bench = Bench(parser.parse_args())
    bench.run()
    print(f"written to {bench.work / 'result.json'}")


if __name__ == "__main__":
    main()
