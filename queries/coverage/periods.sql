-- The visit periods that are shown: weeks from Monday to Sunday, ten-day periods (the 1st to the 10th, the 11th to the 20th, the 21st
-- to the end of the month) and months, those that begin in the last full months (rules.visit_window) or in the running one.
-- A period is open until its last day has passed; one that ends on the as-of date is over.
--
-- grain: cadence, period_start
-- check: period_start <= period_end
-- column: cadence text "Visited every"
-- column: period_start date "First day"
-- column: period_end date "Last day"
-- column: is_open bool "Not over yet on the as-of date"
WITH span AS (
  SELECT month_add(month_start($as_of + 1), -period_months) AS first_on, $as_of AS last_on
  FROM rules.visit_window
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
days AS (
  SELECT CAST(unnest(generate_series(first_on, last_on, INTERVAL '1 day')) AS DATE) AS day
  FROM span
),
periods AS (
  SELECT 'week' AS cadence, day AS period_start, day + 6 AS period_end
  FROM days
  WHERE week_start(day) = day
  UNION ALL
  -- Ten days on from the 21st there is no further period in the month.
  SELECT 'xun', day, CASE WHEN month_start(day + 10) = month_start(day) AND xun_start(day + 10) > day THEN day + 9 ELSE month_end(day) END
  FROM days
  WHERE xun_start(day) = day
  UNION ALL
  SELECT 'month', day, month_end(day)
  FROM days
  WHERE month_start(day) = day
)
SELECT
  cadence,
  period_start,
  period_end,
  period_end > $as_of AS is_open
FROM periods
