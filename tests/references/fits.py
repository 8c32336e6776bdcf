"""Writes the numbers that the fitted purchase models are tested against, by programs that are not ours.

    python3 -m venv work && work/bin/pip install -r tests/references/requirements.txt
    work/bin/python tests/references/fits.py            # writes cdnow.csv and fits.csv beside this file
    work/bin/python tests/references/fits.py --check    # fails when they would be others

`lifetimes` (MIT licence) has both models and the CDNOW data: the customers of an online shop who first bought in January
to March 1997, up to 1997-09-30, in weeks. Fader and Hardie published these data with their papers; the parameters of the
BG/NBD paper (r 0.243, alpha 4.414, a 0.793, b 2.426, log-likelihood -9582.4) are those of the same customers.

`within` is how far ours may be from a number, as a share of it.

Where floating-point numbers of 16 digits do not carry the formulas of `lifetimes`, `mpmath` computes equation (10) of that paper
as it is printed, with 60 digits. At a = 1 it divides by zero, and the expectation is its limit.
"""

import csv
import io
import pathlib
import sys

import mpmath
import pandas
from lifetimes import BetaGeoFitter, GammaGammaFitter
from lifetimes.datasets import load_cdnow_summary_data_with_monetary_value

HERE = pathlib.Path(__file__).parent
PUBLISHED = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
VALUES = {"p": 6.25, "q": 3.74, "v": 15.45}

# Frequency, recency, age and periods ahead, in weeks.
CUSTOMERS = [
    (0, 0, 38.86, 39),
    (1, 1.71, 38.86, 39),
    (2, 30.43, 38.86, 39),
    (7, 29.43, 38.86, 39),
    (26, 30.86, 31.0, 39),
    (1, 0.14, 27.0, 1),
    (29, 5.0, 38.0, 52),
]

# Periods ahead, frequency, recency, age, r, alpha, a, b: where a formula breaks first.
EDGES = [
    (26, 3, 20, 30, 0.8, 6, 1, 2.5),  # a = 1: the closed form divides by zero
    (26, 0, 0, 10, 0.8, 6, 0.3, 0.4),  # a + b < 1
    (26, 0, 0, 0, 0.25, 4, 0.8, 2.4),  # bought for the first time today
    (0, 5, 10, 20, 0.25, 4, 0.8, 2.4),  # no time ahead
    (520, 2, 3, 4, 0.25, 0.5, 0.8, 2.4),  # far more time ahead than behind
    (26, 900, 300, 301, 12, 4, 0.05, 9),  # buys three times a week, and hardly leaves
    (26, 4000, 52, 52, 3, 2, 40, 2),  # the chance of no purchase at all is too small for a number
    (13, 2, 8, 400, 30, 70, 5, 5),  # has left, almost surely
]


def expected_purchases(periods, x, recency, age, r, alpha, a, b):
    mpmath.mp.dps = 60
    alive = p_alive(x, recency, age, r, alpha, a, b)
    periods, age, r, alpha, a, b = map(mpmath.mpf, map(str, (periods, age, r, alpha, a, b)))
    if a == 1:
        a += mpmath.mpf(10) ** -25
    rest = mpmath.hyp2f1(r + x, b + x, a + b + x - 1, periods / (alpha + age + periods))
    rest *= ((alpha + age) / (alpha + age + periods)) ** (r + x)
    return alive * (a + b + x - 1) / (a - 1) * (1 - rest)


def p_alive(x, recency, age, r, alpha, a, b):
    mpmath.mp.dps = 60
    if x == 0:
        return mpmath.mpf(1)
    recency, age, r, alpha, a, b = map(mpmath.mpf, map(str, (recency, age, r, alpha, a, b)))
    odds = a / (b + x - 1) * ((alpha + age) / (alpha + recency)) ** (r + x)
    return 1 / (1 + odds)


def main():
    data = load_cdnow_summary_data_with_monetary_value()
    counted = data.groupby(["frequency", "recency", "T", "monetary_value"]).size().reset_index(name="customers")
    cdnow = [["frequency:int", "recency:float", "age:float", "value:float", "customers:int"]]
    for row in counted.itertuples(index=False):
        cdnow.append([int(row.frequency), f"{row.recency:.2f}", f"{row.T:.2f}", f"{row.monetary_value:.2f}", row.customers])

    out = [["what:text", "arguments:text", "expected:float", "within:float", "source:text"]]

    def say(what, arguments, value, within, source):
        out.append([what, " ".join(str(number) for number in arguments), mpmath.nstr(mpmath.mpf(value), 12), within, source])

    often = BetaGeoFitter(penalizer_coef=0.0).fit(data["frequency"], data["recency"], data["T"], tol=1e-8)
    for name, value in PUBLISHED.items():
        say("bgnbd_fit", [name], value, "0.0021", "Fader, Hardie and Lee (2005), table 2")
        say("bgnbd_fit", [name], often.params_[name], "0.000001", "lifetimes")
    say("bgnbd_fit", ["log_likelihood"], -9582.4, "0.00001", "Fader, Hardie and Lee (2005), table 2")

    repeat = data[data["frequency"] > 0]
    much = GammaGammaFitter(penalizer_coef=0.0).fit(repeat["frequency"], repeat["monetary_value"], tol=1e-8)
    for name in VALUES:
        say("gamma_gamma_fit", [name], much.params_[name], "0.00001", "lifetimes")
    say(
        "gamma_gamma_fit",
        ["log_likelihood"],
        -much._negative_log_likelihood_ * len(repeat),
        "0.0000000001",
        "lifetimes",
    )
    correlation = repeat[["frequency", "monetary_value"]].corr().iloc[0, 1]
    say("gamma_gamma_fit", ["correlation"], correlation, "0.0000000001", "pandas")

    often.params_ = often.params_.copy()
    for name, value in PUBLISHED.items():
        often.params_[name] = value
    fixed = tuple(PUBLISHED.values())
    for x, recency, age, periods in CUSTOMERS:
        alive = often.conditional_probability_alive(x, recency, age)
        say("bgnbd_p_alive", (x, recency, age, *fixed), float(alive[0]), "0.0000000001", "lifetimes")
        ahead = often.conditional_expected_number_of_purchases_up_to_time(periods, x, recency, age)
        say("bgnbd_expected_purchases", (periods, x, recency, age, *fixed), float(ahead), "0.000000001", "lifetimes")
    for edge in EDGES:
        say("bgnbd_p_alive", edge[1:], p_alive(*edge[1:]), "0.0000000001", "mpmath")
        say("bgnbd_expected_purchases", edge, expected_purchases(*edge), "0.0000000001", "mpmath")

    for name, value in VALUES.items():
        much.params_[name] = value
    for x, mean in [(2, 22.35), (1, 11.77), (0, 0), (29, 35.5)]:
        value = much.conditional_expected_average_profit(pandas.Series([x]), pandas.Series([mean])).iloc[0]
        say("gamma_gamma_value", (x, mean, *VALUES.values()), value, "0.0000000001", "lifetimes")

    faults = 0
    for name, rows in (("cdnow.csv", cdnow), ("fits.csv", out)):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        path = HERE / name
        if "--check" in sys.argv:
            if path.read_text() != text.getvalue():
                print(f"{name} would be another")
                faults += 1
        else:
            path.write_text(text.getvalue())
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
