-- Logo churn by month: of the customers who were there when the month began, those who left in it; beside it the same over the twelve
-- months that end with the month. When a customer has left: churn.last_seen, as it is known on the as-of date. Whoever came back
-- by then has not left, however long it was silent. Whoever came and left within the month, or the year, was not there at its start. A
-- leaving by sales is counted when its grace ends: the last sale was a quarter of a year before, or longer.
--
-- grain: month
-- check: churned <= active_at_start
-- check: churned_year <= active_year_before
-- check: churned = churned_by_subscription + churned_by_grace
-- check: churn_rate between 0 and 1
-- check: churn_rate_year between 0 and 1
-- column: month month "Month"
-- column: active_at_start count "Customers when the month began"
-- column: churned count "Of these left in the month"
-- column: churned_by_subscription count "Left with their subscription"
-- column: churned_by_grace count "Left after the grace"
-- column: churn_rate ratio "Logo churn"
-- column: is_small_sample bool "Too few customers for a rate to mean much"
-- column: active_year_before count "Customers when the twelve months began"
-- column: churned_year count "Of these left in the twelve months"
-- column: churn_rate_year ratio "Logo churn over twelve months"
-- column: is_small_year_sample bool "Too few customers a year before for a rate to mean much"
-- column: is_partial bool "Not over yet on the as-of date"
-- column: is_last_full bool "The latest full month"
WITH gone AS (
  SELECT policy, started_on, CASE WHEN has_left THEN left_on END AS left_on
  FROM churn.last_seen
),
counts AS (
  SELECT
    m.month,
    count(CASE WHEN s.left_on IS NULL OR s.left_on >= m.month THEN 1 END) AS active_at_start,
    count(CASE WHEN s.left_on BETWEEN m.month AND m.month_end AND s.policy = 'subscription' THEN 1 END) AS churned_by_subscription,
    count(CASE WHEN s.left_on BETWEEN m.month AND m.month_end AND s.policy = 'grace' THEN 1 END) AS churned_by_grace,
    count(CASE WHEN s.started_on < month_add(m.month, -11) THEN 1 END) AS active_year_before,
    count(CASE WHEN s.started_on < month_add(m.month, -11) AND s.left_on <= m.month_end THEN 1 END) AS churned_year
  FROM value.months m
  JOIN gone s
    ON s.started_on < m.month AND (s.left_on IS NULL OR s.left_on >= month_add(m.month, -11))
  GROUP BY m.month
),
rule AS (
  SELECT min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  m.month,
  coalesce(c.active_at_start, 0) AS active_at_start,
  coalesce(c.churned_by_subscription + c.churned_by_grace, 0) AS churned,
  coalesce(c.churned_by_subscription, 0) AS churned_by_subscription,
  coalesce(c.churned_by_grace, 0) AS churned_by_grace,
  CAST(c.churned_by_subscription + c.churned_by_grace AS DOUBLE) / NULLIF(c.active_at_start, 0) AS churn_rate,
  coalesce(c.active_at_start, 0) < r.min_rate_units AS is_small_sample,
  coalesce(c.active_year_before, 0) AS active_year_before,
  coalesce(c.churned_year, 0) AS churned_year,
  CAST(c.churned_year AS DOUBLE) / NULLIF(c.active_year_before, 0) AS churn_rate_year,
  coalesce(c.active_year_before, 0) < r.min_rate_units AS is_small_year_sample,
  m.is_partial,
  m.is_last_full
FROM value.months m
CROSS JOIN rule r
LEFT JOIN counts c ON c.month = m.month
