-- The funnel by cohort of entry: the leads created in a month, and how many of these same leads have reached each stage so far. A lead
-- at a later stage has passed the earlier ones (acquisition.lead_stages). Conversion is the share of those at the stage before; it is
-- always of one cohort, never of what happened in one period. A stage of a cohort is mature when its youngest lead can have had
-- the days that rules.funnel_stages gives it: until then both its numbers can still grow. Recent are as many months of entry as
-- rules.funnel_span has, the last one that of the as-of date.
--
-- grain: line, entry_month, stage
-- order: line, entry_month, position
-- check: conversion between 0 and 1
-- check: skipped <= entered and entered <= leads
-- column: line text "Online or offline"
-- column: entry_month month "Month of entry"
-- column: stage text "Stage"
-- column: position count "Position"
-- column: leads count "Leads of the cohort"
-- column: entered count "Reached this stage or a later one"
-- column: skipped count "Of these without a day of their own at it"
-- column: conversion ratio "Share of those at the stage before"
-- column: conversion_total ratio "Share of all leads of the cohort"
-- column: median_days days "Median days from the stage before"
-- column: mature_on date "Can be judged from"
-- column: is_mature bool "Can be judged"
-- column: judged_share ratio "Share of all leads of the cohort, where it can be judged"
-- column: is_recent bool "One of the latest cohorts"
-- column: is_small_sample bool "Too few at the stage before for a ratio to mean much"
WITH acc AS (
  SELECT
    line,
    entry_month,
    stage,
    position,
    mature_days,
    count(*) AS leads,
    count(CASE WHEN has_entered THEN 1 END) AS entered,
    count(CASE WHEN is_skipped THEN 1 END) AS skipped,
    -- One digit after the point, because the median of an even number lies between two of them.
    median(CAST(days AS DECIMAL(20, 1))) AS median_days
  FROM acquisition.lead_stages
  GROUP BY line, entry_month, stage, position, mature_days
),
steps AS (
  SELECT
    *,
    lag(entered) OVER (PARTITION BY line, entry_month ORDER BY position) AS entered_before,
    month_end(entry_month) + CAST(mature_days AS INT) AS mature_on
  FROM acc
),
rule AS (
  SELECT s.min_units, f.cohort_months
  FROM rules.small_samples s
  CROSS JOIN rules.funnel_span f
  WHERE (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
    AND (f.valid_from IS NULL OR f.valid_from <= $as_of) AND (f.valid_to IS NULL OR f.valid_to > $as_of)
)
SELECT
  s.line,
  s.entry_month,
  s.stage,
  s.position,
  s.leads,
  s.entered,
  s.skipped,
  CAST(s.entered AS DOUBLE) / NULLIF(s.entered_before, 0) AS conversion,
  CAST(s.entered AS DOUBLE) / NULLIF(s.leads, 0) AS conversion_total,
  s.median_days,
  s.mature_on,
  s.mature_on <= $as_of AS is_mature,
  CASE WHEN s.mature_on <= $as_of THEN CAST(s.entered AS DOUBLE) / NULLIF(s.leads, 0) END AS judged_share,
  s.entry_month > month_add(month_start($as_of), -CAST(r.cohort_months AS INT)) AS is_recent,
  coalesce(s.entered_before, s.leads) < r.min_units AS is_small_sample
FROM steps s
CROSS JOIN rule r
