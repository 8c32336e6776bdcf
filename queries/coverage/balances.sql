-- The balance of each customer in each month: the average over the days of the calendar month that have one. Months are those that the
-- visit periods shown go by, and the last full one. Balances of the members of a unit are added up day by day. The sum and
-- the number of days stand beside, so that nothing is lost to rounding where a border is looked at. A customer without a
-- balance in a month has no row: it is not known.
--
-- grain: customer_id, month
-- needs: staging.balances.balance
-- check: n_days > 0
-- column: customer_id text "Customer"
-- column: month month "Month after that of the balances"
-- column: n_days count "Days with a balance in the month before"
-- column: balance_total money "Sum of the balances of those days"
-- column: balance money "Average balance of the month before"
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
  customer_id,
  month,
  n_days,
  balance_total,
  CAST(balance_total / n_days AS DECIMAL(38, 4)) AS balance
FROM unit_month
