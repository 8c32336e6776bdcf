-- The visit band of each customer in each month: by its average balance of the calendar month before, over the days that have a
-- balance. Months are those of the visit periods that are shown, and on the last day of a month the next one. Balances of the members of a unit are added up day by day.
-- The average is compared as total against border times days, so that nothing is lost to rounding. A customer without a
-- balance in the month before has no row: its band is not known.
--
-- grain: customer_id, month
-- check: n_days > 0
-- column: customer_id text "Customer"
-- column: month month "Month"
-- column: n_days count "Days with a balance in the month before"
-- column: balance_total money "Sum of the balances of those days"
-- column: balance money "Average balance of the month before"
-- column: band text "Visit band"
-- column: position count "Position of the band from the top"
-- column: cadence text "Visited every"
-- column: rule_version text "Version of the rule"
WITH span AS (
  SELECT month_add(month_start($as_of + 1), -period_months - 1) AS from_on, month_start($as_of + 1) AS to_on
  FROM rules.visit_window
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
unit_day AS (
  SELECT u.unit_id AS customer_id, b.day, sum(b.balance) AS balance
  FROM staging.balances b
  CROSS JOIN span s
  JOIN value.units u ON u.customer_id = b.customer_id
  WHERE NOT u.is_internal AND b.balance IS NOT NULL AND b.day >= s.from_on AND b.day < s.to_on
  GROUP BY u.unit_id, b.day
),
unit_month AS (
  SELECT customer_id, month_add(month_start(day), 1) AS month, sum(balance) AS balance_total, count(*) AS n_days
  FROM unit_day
  GROUP BY customer_id, month_add(month_start(day), 1)
)
SELECT
  m.customer_id,
  m.month,
  m.n_days,
  m.balance_total,
  CAST(m.balance_total / m.n_days AS DECIMAL(38, 4)) AS balance,
  l.band,
  l.position,
  l.cadence,
  l.rule_version
FROM unit_month m
JOIN coverage.ladder l
  ON (l.valid_from IS NULL OR l.valid_from <= m.month) AND (l.valid_to IS NULL OR l.valid_to > m.month)
  AND (l.from_balance IS NULL OR m.balance_total >= l.from_balance * m.n_days)
  AND (l.below_balance IS NULL OR m.balance_total < l.below_balance * m.n_days)
