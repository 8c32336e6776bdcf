"""Draws what `run.py` measured as one picture: the bars of each size, first for all tables, then for editions.

    python benches/chart.py benches/results.svg /tmp/bench-1/result.json /tmp/bench-10/result.json
"""

import json
import sys

WIDTH, LEFT, LONGEST, BAR, LINE = 880, 330, 440, 13, 21
STYLE = """
  text { font: 12px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328 }
  .quiet { fill: #59636e } .head { font-weight: 600; font-size: 13px }
  .number { font-variant-numeric: tabular-nums }
  .ours { fill: #0b6e99 } .theirs { fill: #b8bfc7 } .axis { stroke: #d1d9e0 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .quiet { fill: #9198a1 } .ours { fill: #4db3dd } .theirs { fill: #59636e } .axis { stroke: #3d444d }
  }
"""
# What is drawn: a panel, and in each the scenario, the engine, and how it is called.
PANELS = [
    ("All tables from nothing", [
        ("all tables, cold", "tierbook", "tierbook, with its checks"),
        ("all tables, cold", "DuckDB, as stored", "DuckDB, without checks"),
    ]),
    ("To the pages", [
        ("to an edition, cold", "tierbook", "first run"),
        ("to an edition, a new day", "tierbook", "a new day"),
        ("to an edition, a leaf edited", "tierbook", "one query edited"),
        ("to an edition, nothing changed", "tierbook", "nothing changed"),
    ]),
]


def seconds(result, scenario, engine):
    found = [row["seconds"] for row in result["rows"] if (row["scenario"], row["engine"]) == (scenario, engine)]
    return found[0] if found else None


def shown(value):
    return f"{value:.1f} s" if value < 10 else f"{value:.0f} s" if value < 120 else f"{value / 60:.1f} min"


def bars(result, panel, y, longest):
    drawn = []
    for scenario, engine, name in panel:
        value = seconds(result, scenario, engine)
        if value is None:
            continue
        length = max(value / longest * LONGEST, 1.5)
        kind = "ours" if engine == "tierbook" else "theirs"
        drawn.append(f'<text class="quiet" x="{LEFT - 10}" y="{y + 11}" text-anchor="end">{name}</text>')
        drawn.append(f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2"/>')
        drawn.append(f'<text class="number" x="{LEFT + length + 6:.1f}" y="{y + 11}">{shown(value)}</text>')
        y += LINE
    return drawn, y


def main():
    target, *paths = sys.argv[1:]
    results = sorted((json.load(open(path, encoding="utf-8")) for path in paths), key=lambda result: result["lines"])
    drawn, y = [], 18
    for title, panel in PANELS:
        drawn.append(f'<text class="head" x="12" y="{y}">{title}</text>')
        y += 14
        for result in results:
            # Each size has a scale of its own: what is compared are the bars of one size.
            values = [seconds(result, scenario, engine) for scenario, engine, _ in panel]
            if not any(value is not None for value in values):
                continue
            longest = max((value for value in values if value is not None), default=1)
            millions = result["lines"] / 1e6
            drawn.append(f'<text x="12" y="{y + 11}">{millions:,.0f} million lines</text>')
            top = y
            more, y = bars(result, panel, y, longest)
            drawn.append(f'<line class="axis" x1="{LEFT - 4}" x2="{LEFT - 4}" y1="{top - 3}" y2="{y - 5}"/>')
            drawn.extend(more)
            y += 10
        y += 16
    body = "\n".join(drawn)
    with open(target, "w", encoding="utf-8") as out:
        out.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" viewBox="0 0 {WIDTH} {y}" role="img" '
            f'aria-label="Seconds of tierbook and DuckDB by size of the warehouse">\n<style>{STYLE}</style>\n{body}\n</svg>\n'
        )


if __name__ == "__main__":
    main()
