"""Runs the tables of a book in DuckDB, from the script of `tierbook graph --format duckdb`.

    duck.py SCRIPT [--tables] [--database FILE] [--night NEW_FILE] [--memory SIZE] [--threads N] [--slowest]

Prints one line of JSON: the seconds that it took, and the statements that failed. With --tables every query is a table; without,
those that tierbook inlines are views. With --database the tables stay in a file, the sale lines and their first grouping among
them as an analyst would keep them; --night adds the sale lines of one file to them and makes everything above anew.
"""

import argparse
import json
import re
import time

import duckdb

# The first grouping of revenue.customer_day, which an analyst would keep and add to.
SOLD = re.compile(r"sold AS \((SELECT .*? FROM staging\.sales GROUP BY [^)]*)\)")


def statements(path):
    """The statements of a script, without its remarks."""
    for statement in re.split(r";\n", open(path, encoding="utf-8").read()):
        lines = [line for line in statement.split("\n") if not line.startswith("--")]
        if text := "\n".join(lines).strip():
            yield text


def name_of(statement):
    found = re.match(r"CREATE (?:TABLE|VIEW) (\S+) AS ", statement)
    return found and found.group(1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("script")
    parser.add_argument("--tables", action="store_true")
    parser.add_argument("--database", default=":memory:")
    parser.add_argument("--night")
    parser.add_argument("--memory", default="4GiB")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--slowest", action="store_true")
    given = parser.parse_args()
    is_kept = given.database != ":memory:"
    began = time.perf_counter()
    book = duckdb.connect(given.database)
    book.execute(f"SET memory_limit = '{given.memory}'; SET threads = {given.threads};")
    book.execute("SET preserve_insertion_order = false; SET python_enable_replacements = false;")
    failed, times = [], []
    for statement in statements(given.script):
        name = name_of(statement)
        if given.night and not name and not statement.startswith("SET"):
            continue
        if given.tables and name and not name.startswith("warehouse."):
            statement = statement.replace("CREATE VIEW", "CREATE TABLE", 1)
        if is_kept:
            statement = statement.replace("CREATE VIEW staging.sales ", "CREATE TABLE staging.sales ")
            statement = statement.replace("CREATE VIEW ", "CREATE OR REPLACE VIEW ", 1)
            statement = statement.replace("CREATE TABLE ", "CREATE OR REPLACE TABLE ", 1)
        if is_kept and name == "staging.sales":
            statement = sales(statement, given.night)
        if is_kept and name == "revenue.customer_day":
            statement = grouped(book, statement, given.night)
        start = time.perf_counter()
        try:
            book.execute(statement)
        except duckdb.Error as error:
            failed.append([name or statement[:60], str(error).split("\n")[0]])
        times.append((time.perf_counter() - start, name or statement[:40]))
    if is_kept:
        book.execute("CHECKPOINT")
    result = {"seconds": time.perf_counter() - began, "failed": failed}
    if given.slowest:
        result["slowest"] = [[name, round(seconds, 2)] for seconds, name in sorted(times, reverse=True)[:20]]
    print(json.dumps(result))


def sales(statement, night):
    """All sale lines on the first day; on a later one those of the new file."""
    if not night:
        return statement
    mapped = statement.split(" AS ", 1)[1]
    return "INSERT INTO staging.sales " + mapped.replace("warehouse.sales_order_line", f"read_parquet('{night}')")


def grouped(book, statement, night):
    """The groups of the sale lines are kept; the orders of a new day are new ones."""
    found = SOLD.search(statement)
    if not found:
        raise SystemExit("revenue.customer_day has another form than this benchmark knows")
    groups = found.group(1)
    if night:
        new = "(SELECT * FROM staging.sales WHERE sold_on = (SELECT max(sold_on) FROM staging.sales))"
        book.execute(f"INSERT INTO revenue.sold {groups.replace('staging.sales', new)}")
    else:
        book.execute(f"CREATE TABLE revenue.sold AS {groups}")
    return statement.replace(groups, "SELECT * FROM revenue.sold")


if __name__ == "__main__":
    main()
