-- How many trials are paid for within 30, 90 and 365 days (rules.trial_windows), and how many of those without any help by people. Only trials
-- that began so many days ago are in a rate; younger ones are counted apart. A trial is assisted within N days when people were
-- in contact with the prospect up to its payment, or up to day N when it had not paid by then; where contacts are not on record since it began, that is not known. The two rates describe and do not
-- prove, because who hesitates is called more often, and who pays at once can hardly be called before.
--
-- grain: within_days
-- check: mature_trials + young_trials = trials
-- check: paid = coalesce(assisted_paid + unassisted_paid, 0) + unknown_help_paid
-- check: mature_trials = coalesce(assisted_trials + unassisted_trials, 0) + unknown_help_trials
-- column: within_days days "Within"
-- column: trials count "Trials"
-- column: mature_trials count "Begun so many days ago"
-- column: young_trials count "Younger"
-- column: paid count "Paid within these days"
-- column: conversion ratio "Share that paid"
-- column: assisted_trials count "Assisted trials"
-- column: assisted_paid count "Of these paid"
-- column: assisted_conversion ratio "Share of assisted trials that paid"
-- column: unassisted_trials count "Unassisted trials"
-- column: unassisted_paid count "Of these paid"
-- column: unassisted_conversion ratio "Share of unassisted trials that paid"
-- column: unassisted_share ratio "Share of the paid ones that had no help"
-- column: unknown_help_trials count "Trials of which it is not known whether people helped"
-- column: unknown_help_paid count "Of these paid"
-- column: is_small_sample bool "Too few trials for a rate to mean much"
WITH rule AS (
  SELECT w.within_days, s.min_rate_units
  FROM rules.trial_windows w
  CROSS JOIN rules.small_samples s
  WHERE (w.valid_from IS NULL OR w.valid_from <= $as_of) AND (w.valid_to IS NULL OR w.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
judged AS (
  SELECT
    r.within_days,
    r.min_rate_units,
    t.party,
    t.is_help_known,
    $as_of - t.trial_on >= r.within_days AS is_mature,
    coalesce(t.days_to_pay <= r.within_days, false) AS is_paid,
    coalesce(t.assisted_on - t.trial_on <= r.within_days, false) AS is_assisted
  FROM rule r
  LEFT JOIN acquisition.trials t ON true
),
acc AS (
  SELECT
    within_days,
    min_rate_units,
    count(party) AS trials,
    count(CASE WHEN is_mature THEN party END) AS mature_trials,
    count(CASE WHEN is_mature AND is_paid THEN party END) AS paid,
    count(CASE WHEN is_mature AND is_help_known THEN party END) AS known_trials,
    count(CASE WHEN is_mature AND is_help_known AND is_paid THEN party END) AS known_paid,
    count(CASE WHEN is_mature AND is_help_known AND is_assisted THEN party END) AS assisted_trials,
    count(CASE WHEN is_mature AND is_help_known AND is_assisted AND is_paid THEN party END) AS assisted_paid
  FROM judged
  GROUP BY within_days, min_rate_units
)
SELECT
  a.within_days,
  a.trials,
  a.mature_trials,
  a.trials - a.mature_trials AS young_trials,
  a.paid,
  CAST(a.paid AS DOUBLE) / NULLIF(a.mature_trials, 0) AS conversion,
  CASE WHEN a.known_trials > 0 THEN a.assisted_trials END AS assisted_trials,
  CASE WHEN a.known_trials > 0 THEN a.assisted_paid END AS assisted_paid,
  CAST(a.assisted_paid AS DOUBLE) / NULLIF(a.assisted_trials, 0) AS assisted_conversion,
  CASE WHEN a.known_trials > 0 THEN a.known_trials - a.assisted_trials END AS unassisted_trials,
  CASE WHEN a.known_trials > 0 THEN a.known_paid - a.assisted_paid END AS unassisted_paid,
  CAST(a.known_paid - a.assisted_paid AS DOUBLE) / NULLIF(a.known_trials - a.assisted_trials, 0) AS unassisted_conversion,
  CAST(a.known_paid - a.assisted_paid AS DOUBLE) / NULLIF(a.known_paid, 0) AS unassisted_share,
  a.mature_trials - a.known_trials AS unknown_help_trials,
  a.paid - a.known_paid AS unknown_help_paid,
  a.mature_trials < a.min_rate_units AS is_small_sample
FROM acc a
