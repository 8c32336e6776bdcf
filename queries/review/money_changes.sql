-- Changes of amounts, as in review.changes: the same rows with amounts as their unit.
--
-- grain: metric
-- order: position
-- column: metric text "Metric"
-- column: position count "Position"
-- column: span text "Running months, or full months"
-- column: value money "Value"
-- column: vs_last_week money "Against last week"
-- column: vs_last_week_rate ratio "Against last week, relative"
-- column: vs_last_month money "Against last month"
-- column: vs_last_month_rate ratio "Against last month, relative"
-- column: vs_last_year money "Against last year"
-- column: vs_last_year_rate ratio "Against last year, relative"
-- column: full_month_value money "Latest full month"
-- column: vs_full_month money "Full month against the one before"
-- column: vs_full_month_rate ratio "Full month against the one before, relative"
-- column: percentile_in_history ratio "Percentile in its own history"
-- column: n_history count "Periods of the history that are known"
-- column: verdict text "Whether that is better or worse"
-- column: is_low bool "At the low end of its history"
-- column: is_high bool "At the high end of its history"
SELECT
  metric,
  position,
  span,
  CAST(value AS DECIMAL(38, 4)) AS value,
  CAST(vs_last_week AS DECIMAL(38, 4)) AS vs_last_week,
  vs_last_week_rate,
  CAST(vs_last_month AS DECIMAL(38, 4)) AS vs_last_month,
  vs_last_month_rate,
  CAST(vs_last_year AS DECIMAL(38, 4)) AS vs_last_year,
  vs_last_year_rate,
  CAST(full_month_value AS DECIMAL(38, 4)) AS full_month_value,
  CAST(vs_full_month AS DECIMAL(38, 4)) AS vs_full_month,
  vs_full_month_rate,
  percentile_in_history,
  n_history,
  verdict,
  is_low,
  is_high
FROM review.changes
WHERE unit = 'money'
