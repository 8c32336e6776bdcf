-- The funnel of each line over its newest cohorts that are mature at every stage, so that all stages are of the same leads. How many
-- cohorts that are at most is in rules.funnel_span. The weakest step is the one with the lowest conversion, the earlier one on a tie.
--
-- grain: line, stage
-- order: line, position
-- check: conversion between 0 and 1
-- check: lost >= 0
-- column: line text "Online or offline"
-- column: stage text "Stage"
-- column: position count "Position"
-- column: from_month month "First cohort"
-- column: to_month month "Last cohort"
-- column: entered count "Reached this stage or a later one"
-- column: skipped count "Of these without a day of their own at it"
-- column: lost count "Lost since the stage before"
-- column: conversion ratio "Share of those at the stage before"
-- column: conversion_total ratio "Share of all leads"
-- column: median_days days "Median days from the stage before"
-- column: is_weakest bool "Lowest conversion of the line"
-- column: is_small_sample bool "Too few at the stage before for a ratio to mean much"
WITH complete AS (
  SELECT line, entry_month, max(entry_month) OVER (PARTITION BY line) AS to_month
  FROM acquisition.funnel
  GROUP BY line, entry_month
  HAVING min(CASE WHEN is_mature THEN 1 ELSE 0 END) = 1
),
cohorts AS (
  SELECT c.line, c.entry_month, c.to_month, s.min_units
  FROM complete c
  CROSS JOIN rules.funnel_span f
  CROSS JOIN rules.small_samples s
  WHERE c.entry_month > month_add(c.to_month, -CAST(f.cohort_months AS INT))
    AND (f.valid_from IS NULL OR f.valid_from <= $as_of) AND (f.valid_to IS NULL OR f.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
acc AS (
  SELECT
    l.line,
    l.stage,
    l.position,
    max(c.min_units) AS min_units,
    min(l.entry_month) AS from_month,
    max(c.to_month) AS to_month,
    count(*) AS leads,
    count(CASE WHEN l.has_entered THEN 1 END) AS entered,
    count(CASE WHEN l.is_skipped THEN 1 END) AS skipped,
    median(CAST(l.days AS DECIMAL(20, 1))) AS median_days
  FROM acquisition.lead_stages l
  JOIN cohorts c ON c.line = l.line AND c.entry_month = l.entry_month
  GROUP BY l.line, l.stage, l.position
),
steps AS (
  SELECT *, lag(entered) OVER (PARTITION BY line ORDER BY position) AS entered_before
  FROM acc
),
rated AS (
  SELECT *, CAST(entered AS DOUBLE) / NULLIF(entered_before, 0) AS conversion
  FROM steps
)
SELECT
  line,
  stage,
  position,
  from_month,
  to_month,
  entered,
  skipped,
  entered_before - entered AS lost,
  conversion,
  CAST(entered AS DOUBLE) / NULLIF(leads, 0) AS conversion_total,
  median_days,
  conversion IS NOT NULL AND row_number() OVER (PARTITION BY line ORDER BY conversion NULLS LAST, position) = 1 AS is_weakest,
  coalesce(entered_before, leads) < min_units AS is_small_sample
FROM rated
