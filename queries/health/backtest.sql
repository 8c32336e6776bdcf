-- Does the health score foretell who leaves? The states at the newest month-end that lies the days of rules.health or more before the
-- as-of date, and who of them had left within those days (churn.stays), also if they came back. Empty where nothing was known then.
--
-- grain: state
-- order: position
-- check: customers_left <= customers
-- total: sum(customers) = (select count(*) from health.history
--   where month_end = (select month_start($as_of + 1 - cast(outcome_days as int)) - 1 from health.days where is_current))
-- column: state text "Health a quarter before"
-- column: position count "Position, risk first"
-- column: tested_on date "Month-end that is tested"
-- column: outcome_days days "Days in which they may have left"
-- column: customers count "Customers"
-- column: customers_left count "Left within the days"
-- column: left_share ratio "Share that left"
-- column: is_small_sample bool "Too few customers for a rate to mean much"
WITH rule AS (
  SELECT h.outcome_days, m.min_rate_units
  FROM rules.health h
  CROSS JOIN rules.small_samples m
  WHERE (h.valid_from IS NULL OR h.valid_from <= $as_of) AND (h.valid_to IS NULL OR h.valid_to > $as_of)
    AND (m.valid_from IS NULL OR m.valid_from <= $as_of) AND (m.valid_to IS NULL OR m.valid_to > $as_of)
),
tested AS (
  SELECT r.outcome_days, r.min_rate_units, month_start($as_of + 1 - CAST(r.outcome_days AS INT)) - 1 AS tested_on
  FROM rule r
),
judged AS (
  SELECT
    h.state,
    t.tested_on,
    t.outcome_days,
    t.min_rate_units,
    CASE WHEN s.left_on <= t.tested_on + CAST(t.outcome_days AS INT) THEN 1 ELSE 0 END AS has_left
  FROM tested t
  JOIN health.history h ON h.month_end = t.tested_on
  -- The stay of that day.
  JOIN churn.stays s
    ON s.customer_id = h.customer_id AND s.started_on <= t.tested_on AND (s.left_on IS NULL OR s.left_on > t.tested_on)
)
SELECT
  state,
  CASE state WHEN 'risk' THEN 1 WHEN 'watch' THEN 2 WHEN 'healthy' THEN 3 ELSE 4 END AS position,
  tested_on,
  outcome_days,
  count(*) AS customers,
  sum(has_left) AS customers_left,
  CAST(sum(has_left) AS DOUBLE) / count(*) AS left_share,
  count(*) < min_rate_units AS is_small_sample
FROM judged
GROUP BY state, tested_on, outcome_days, min_rate_units
