"""Kaplan-Meier against the Python package lifelines, on data that it ships.

Checks the cases of `tests/models` named below: that what is given is the data of the package, and that what is expected is what
the package says of it. With `--write` it writes them instead. Run: `python3 tests/references/kaplan_meier.py`
(needs Python 3.11 or later and the network once: it makes a virtual environment in a temporary folder).

The data, both as lifelines ships them:
- waltons: 163 flies, days lived, 156 deaths observed (`load_waltons`).
- leukemia: 42 patients of the trial of 6-MP by Freireich and others (1963), weeks in remission, 30 relapses (`load_leukemia`).

The standard error of the survival function is S * sqrt(sum d / (n (n - d))), after Greenwood. lifelines does not return it. It is taken
from the confidence interval that lifelines returns, which is exp(-exp(log(-log S) +- z * sqrt(sum) / log S)), and compared with
Greenwood's sum over the event table that lifelines returns.
"""

import csv
import datetime
import io
import math
import pathlib
import subprocess
import sys
import tempfile

PINNED = ["lifelines==0.30.3", "numpy==2.4.6", "pandas==2.3.3", "scipy==1.17.1"]
MODELS = pathlib.Path(__file__).resolve().parent.parent / "models"
AS_OF = datetime.date(2026, 10, 31)
ALPHA = 0.05


def outside():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = str(pathlib.Path(folder) / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PINNED], check=True)
        sys.exit(subprocess.run([python, __file__, "inside", *sys.argv[1:]]).returncode)


def text(head, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head.split(","))
    writer.writerows(rows)
    return out.getvalue()


def day(ago):
    return (AS_OF - datetime.timedelta(days=ago)).isoformat()


def month(ago):
    index = AS_OF.year * 12 + AS_OF.month - 1 - ago
    return datetime.date(index // 12, index % 12 + 1, 1).isoformat()


def deals(data):
    """Deals won after so many days; of those not won, every second is open and the others are lost."""
    rows, censored = [], 0
    for number, (days, happened) in enumerate(data, 1):
        if happened:
            rows.append([f"d{number:03}", "a", day(days + 100), day(100), ""])
        else:
            is_open = censored % 2 == 0
            censored += 1
            rows.append([f"d{number:03}", "a", day(days if is_open else days + 100), "", "" if is_open else day(100)])
    return text("opportunity_id:text,customer_id:text,created_on:date,won_on:date,lost_on:date", rows)


def subscriptions(data):
    """First and last month paid for; who has not left pays for the newest month."""
    rows = []
    for number, (months, happened) in enumerate(data, 1):
        first = months + 2 if happened else months
        last = 3 if happened else 0
        name = f"c{number:02}"
        rows += [[name, month(ago), 1] for ago in sorted({first, last}, reverse=True)]
    return text("customer_id:text,month:date,mrr:decimal", rows)


def curve(fitter):
    """For each time: at risk, observed, censored, survival, standard error or None."""
    from scipy.stats import norm

    z = norm.ppf(1 - ALPHA / 2)
    survival = fitter.survival_function_.iloc[:, 0]
    lower = fitter.confidence_interval_survival_function_.iloc[:, 0]
    steps, total = {}, 0.0
    for time, row in fitter.event_table.iterrows():
        n, d = int(row["at_risk"]), int(row["observed"])
        share = float(survival[time])
        if d == n:
            error = None
        else:
            total += d / (n * (n - d))
            error = share * math.sqrt(total)
            if d > 0:
                log = math.log(share)
                root = abs(math.log(-math.log(float(lower[time]))) - math.log(-log)) * abs(log) / z
                assert abs(share * root - error) < 1e-9, (time, share * root, error)
        steps[int(time)] = (n, d, int(row["censored"]), share, error)
    return steps


def number(value):
    return "" if value is None else repr(float(value))


def cases():
    from lifelines import KaplanMeierFitter
    from lifelines.datasets import load_leukemia, load_waltons

    waltons, leukemia = load_waltons(), load_leukemia()
    waltons = [(int(t), bool(e)) for t, e in zip(waltons["T"], waltons["E"])]
    leukemia = [(int(t), bool(e)) for t, e in zip(leukemia["t"], leukemia["status"])]

    def fit(data):
        return KaplanMeierFitter(alpha=ALPHA).fit([t for t, _ in data], [e for _, e in data])

    files = {}
    steps = curve(fit(waltons))
    rows = [[t, n, d, c, number(s), number(e)] for t, (n, d, c, s, e) in steps.items()]
    folder = MODELS / "chain_cycle_of_a_reference"
    files[folder / "given/opportunities.csv"] = deals(waltons)
    files[folder / "expect.csv"] = text(
        "days:int,at_risk:int,completed:int,censored:int,survival:float,std_error:float", rows
    )

    fitter = fit(leukemia)
    median = int(fitter.median_survival_time_)
    won = sorted(t for t, e in leukemia if e)
    alone = (won[(len(won) - 1) // 2] + won[len(won) // 2]) / 2
    folder = MODELS / "chain_cycle_median_of_a_reference"
    files[folder / "given/opportunities.csv"] = deals(leukemia)
    files[folder / "expect.csv"] = text(
        "deals:int,complete:int,median_days:int,median_complete_days:decimal", [[len(leukemia), len(won), median, alone]]
    )

    steps, rows = curve(fitter), []
    at_risk, share, error = len(leukemia), 1.0, 0.0
    for age in range(max(steps) + 1):
        at_risk = sum(1 for t, _ in leukemia if t >= age)
        n, d, _, share, error = steps.get(age, (at_risk, 0, 0, share, error))
        assert n == at_risk
        rows.append([age, n, d, number(share), number(error)])
    folder = MODELS / "survival_of_a_reference"
    files[folder / "given/subscriptions.csv"] = subscriptions(leukemia)
    files[folder / "given/customers.csv"] = text(
        "customer_id:text,customer_name:text", [[f"c{n:02}", f"C{n:02}"] for n in range(1, len(leukemia) + 1)]
    )
    files[folder / "expect.csv"] = text("age_months:int,at_risk:int,churned:int,survival:float,std_error:float", rows)
    return files


def same(have, want):
    """Whether two tables agree, numbers to nine digits after the point."""
    have, want = list(csv.reader(io.StringIO(have))), list(csv.reader(io.StringIO(want)))
    if len(have) != len(want) or have[0] != want[0]:
        return False
    for own, other in zip(have[1:], want[1:]):
        for head, a, b in zip(want[0], own, other, strict=True):
            if head.endswith(":float") and a and b:
                if abs(float(a) - float(b)) > 1e-9:
                    return False
            elif a != b:
                return False
    return True


def inside():
    differ = []
    for path, wanted in cases().items():
        if "--write" in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted)
        elif not path.is_file() or not same(path.read_text(), wanted):
            differ.append(str(path))
    if differ:
        sys.exit("these differ from lifelines: " + ", ".join(differ))
    print("written" if "--write" in sys.argv else "all cases agree with lifelines")


if __name__ == "__main__":
    inside() if sys.argv[1:2] == ["inside"] else outside()
