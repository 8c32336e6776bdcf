-- Trials by the month in which they began: how many of them paid within 30, 90 and 365 days (rules.trial_windows). A cohort is mature for
-- N days when its last day lies N days back; before that it has no rate, because trials of it can still be paid for in time. The
-- newest cohorts are shown, as many as rules.trials says; a month without a trial has no row.
--
-- grain: cohort, within_days
-- order: cohort desc, within_days
-- check: paid <= trials
-- check: is_mature or conversion is null
-- column: cohort month "Month of the trial"
-- column: within_days days "Within"
-- column: position count "Position"
-- column: trials count "Trials"
-- column: extended_trials count "Of these extended"
-- column: paid count "Paid so far within these days"
-- column: unassisted_paid count "Of these without help by people"
-- column: conversion ratio "Share that paid"
-- column: mature_on date "Can be judged from"
-- column: is_mature bool "Can be judged"
-- column: is_small_sample bool "Too few trials for a rate to mean much"
WITH rule AS (
  SELECT w.within_days, t.cohort_months, s.min_units
  FROM rules.trial_windows w
  CROSS JOIN rules.trials t
  CROSS JOIN rules.small_samples s
  WHERE (w.valid_from IS NULL OR w.valid_from <= $as_of) AND (w.valid_to IS NULL OR w.valid_to > $as_of)
    AND (t.valid_from IS NULL OR t.valid_from <= $as_of) AND (t.valid_to IS NULL OR t.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
acc AS (
  SELECT
    t.cohort,
    r.within_days,
    r.min_units,
    count(*) AS trials,
    count(CASE WHEN t.is_extended THEN 1 END) AS extended_trials,
    count(CASE WHEN t.days_to_pay <= r.within_days THEN 1 END) AS paid,
    count(CASE WHEN t.days_to_pay <= r.within_days AND NOT t.is_assisted THEN 1 END) AS unassisted_paid,
    count(t.is_assisted) AS known_trials
  FROM acquisition.trials t
  CROSS JOIN rule r
  WHERE t.cohort > month_add(month_start($as_of), -CAST(r.cohort_months AS INT))
  GROUP BY t.cohort, r.within_days, r.min_units
)
SELECT
  cohort,
  within_days,
  within_days AS position,
  trials,
  extended_trials,
  paid,
  CASE WHEN known_trials = trials THEN unassisted_paid END AS unassisted_paid,
  CASE WHEN month_end(cohort) + CAST(within_days AS INT) <= $as_of THEN CAST(paid AS DOUBLE) / NULLIF(trials, 0) END AS conversion,
  month_end(cohort) + CAST(within_days AS INT) AS mature_on,
  month_end(cohort) + CAST(within_days AS INT) <= $as_of AS is_mature,
  trials < min_units AS is_small_sample
FROM acc
