-- The pay-off of all cohorts together (acquisition.pay_off): how many cohorts are old enough to be judged after 12, 24 and 36 months, and how many
-- of these have brought what they cost. Sums are of mature cohorts whose cost is known, so that the ratio compares the same cohorts.
--
-- grain: horizon_months
-- check: cohorts = paid_off + not_yet + unknown + immature
-- total: sum(cohorts) = (select count(*) from acquisition.pay_off)
-- column: horizon_months count "Months since the first touch"
-- column: cohorts count "Cohorts"
-- column: paid_off count "Have brought what they cost"
-- column: not_yet count "Not yet"
-- column: unknown count "Cost not known"
-- column: immature count "Too young to be judged"
-- column: judged count "Judged"
-- column: revenue money "Final revenue of judged cohorts"
-- column: brought money "What judged cohorts brought"
-- column: cost money "What judged cohorts cost"
-- column: pay_back ratio "Brought for what it cost"
WITH rule AS (
  SELECT horizon_months
  FROM rules.pay_off_horizons
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
acc AS (
  SELECT
    horizon_months,
    count(*) AS cohorts,
    count(CASE WHEN pay_state = 'paid_off' THEN 1 END) AS paid_off,
    count(CASE WHEN pay_state = 'not_yet' THEN 1 END) AS not_yet,
    count(CASE WHEN pay_state = 'unknown' THEN 1 END) AS unknown,
    count(CASE WHEN pay_state = 'immature' THEN 1 END) AS immature,
    sum(CASE WHEN pay_state IN ('paid_off', 'not_yet') THEN revenue END) AS revenue,
    sum(CASE WHEN pay_state IN ('paid_off', 'not_yet') THEN brought END) AS brought,
    sum(CASE WHEN pay_state IN ('paid_off', 'not_yet') THEN cost END) AS cost
  FROM acquisition.pay_off
  GROUP BY horizon_months
)
SELECT
  r.horizon_months,
  coalesce(a.cohorts, 0) AS cohorts,
  coalesce(a.paid_off, 0) AS paid_off,
  coalesce(a.not_yet, 0) AS not_yet,
  coalesce(a.unknown, 0) AS unknown,
  coalesce(a.immature, 0) AS immature,
  coalesce(a.paid_off + a.not_yet, 0) AS judged,
  a.revenue,
  a.brought,
  a.cost,
  CAST(a.brought AS DOUBLE) / NULLIF(CAST(a.cost AS DOUBLE), 0) AS pay_back
FROM rule r
LEFT JOIN acc a ON a.horizon_months = r.horizon_months
