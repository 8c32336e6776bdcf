"""Compares every table of a project's store with the same table computed by DuckDB, row by row.

    compare.py SCRIPT STORE

SCRIPT is what `tierbook graph --format duckdb` prints; STORE is `.tierbook/store` after `tierbook check --rows` on the same day.
Numbers are compared to three decimals: where tierbook divides decimals, DuckDB divides floating-point numbers.
"""

import glob
import json
import sys

import duckdb

from duck import statements

NUMBERS = ("INT", "DEC", "DOUBLE", "FLOAT")


def kept(store):
    """The rows of each table, by its name."""
    tables = {}
    for path in glob.glob(f"{store}/*.json"):
        record = json.loads(open(path, encoding="utf-8").read().split("\n", 1)[1])
        about, data = record["about"], record["data"]
        if isinstance(about, dict) and "n_checks" in about and data:
            tables[about["table"]] = f"{path[:-5]}.{data['blake3'][:16]}"
    return tables


def main():
    script, store = sys.argv[1:]
    book = duckdb.connect()
    for statement in statements(script):
        book.execute(statement)
    names = {f"{schema}.{name}" for schema, name in book.execute(
        "SELECT table_schema, table_name FROM information_schema.tables").fetchall()}
    equal, differ, absent = 0, [], []
    for table, path in sorted(kept(store).items()):
        if table not in names:
            absent.append(table)
            continue
        rows = f"read_parquet('{path}')"
        shown = [
            f"round(CAST({name} AS DOUBLE), 3)" if any(word in kind for word in NUMBERS) else f"CAST({name} AS VARCHAR)"
            for name, kind, *_ in book.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()
        ]
        cells = ", ".join(shown)
        both = [(table, rows), (rows, table)]
        counts = [
            book.execute(f"SELECT count(*) FROM (SELECT {cells} FROM {one} EXCEPT ALL SELECT {cells} FROM {other})")
            .fetchone()[0]
            for one, other in both
        ]
        if any(counts):
            differ.append(f"{table}: {counts[0]} rows of DuckDB's and {counts[1]} of ours are not in the other")
        else:
            equal += 1
    print(f"{equal} tables are equal; {len(absent)} are not in the script")
    if differ:
        raise SystemExit("\n".join(differ))


if __name__ == "__main__":
    main()
