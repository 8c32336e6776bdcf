-- Changes of rates, as in review.changes: the same rows as shares; their changes are in points.
--
-- grain: metric
-- order: position
-- column: metric text "Metric"
-- column: position count "Position"
-- column: span text "Running months, or full months"
-- column: value ratio "Value"
-- column: vs_last_week ratio "Against last week"
-- column: vs_last_week_rate ratio "Against last week, relative"
-- column: vs_last_month ratio "Against last month"
-- column: vs_last_month_rate ratio "Against last month, relative"
-- column: vs_last_year ratio "Against last year"
-- column: vs_last_year_rate ratio "Against last year, relative"
-- column: full_month_value ratio "Latest full month"
-- column: vs_full_month ratio "Full month against the one before"
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
  value,
  vs_last_week,
  vs_last_week_rate,
  vs_last_month,
  vs_last_month_rate,
  vs_last_year,
  vs_last_year_rate,
  full_month_value,
  vs_full_month,
  vs_full_month_rate,
  percentile_in_history,
  n_history,
  verdict,
  is_low,
  is_high
FROM review.changes
WHERE unit = 'ratio'
