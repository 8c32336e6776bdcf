-- The tier that has been confirmed for each customer: a change counts only after the same tier at several month-ends in a
-- row (two by default, rules.tier_days). A customer who never had that keeps the earliest tier of the history.
--
-- grain: customer_id
-- column: customer_id text "Customer"
-- column: confirmed_tier text "Confirmed tier"
-- column: confirmed_on date "Month-end that confirmed it"
WITH rule AS (
  SELECT confirm_month_ends
  FROM rules.tier_days
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
runs AS (
  -- Month-ends in a row with the same tier share the value of `run`.
  SELECT
    customer_id,
    month_end,
    tier,
    months_between(month_end, $as_of) + CAST(row_number() OVER (PARTITION BY customer_id, tier ORDER BY month_end) AS BIGINT) AS run
  FROM tiers.history
),
lengths AS (
  SELECT
    customer_id,
    month_end,
    tier,
    row_number() OVER (PARTITION BY customer_id, tier, run ORDER BY month_end) AS length
  FROM runs
)
SELECT
  l.customer_id,
  coalesce(
    first_value(CASE WHEN l.length >= r.confirm_month_ends THEN l.tier END ORDER BY l.length >= r.confirm_month_ends DESC, l.month_end DESC),
    first_value(l.tier ORDER BY l.month_end)
  ) AS confirmed_tier,
  max(CASE WHEN l.length >= r.confirm_month_ends THEN l.month_end END) AS confirmed_on
FROM lengths l
CROSS JOIN rule r
GROUP BY l.customer_id
