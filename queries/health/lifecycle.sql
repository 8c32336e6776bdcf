-- Stages of life: how many customers, prospects included, are in each on the as-of date, how many were $compare_months before, and who
-- came in and went out since; and how a stay ends. Moved on are customers who ever entered the stage and later reached a later one; the
-- days are those from the first entry to that. A customer is in the stage of its last event. Leads that are no customer yet are not here.
--
-- grain: stage
-- order: position
-- check: customers_before + came_in - went_out = customers
-- check: moved_on + gone_back + still_there = ever_entered
-- check: skipped <= moved_on
-- total: sum(customers) = (select count(distinct customer_id) from health.lifecycle_events)
-- column: stage text "Stage"
-- column: position count "Position"
-- column: customers count "Customers now"
-- column: customers_share ratio "Share"
-- column: customers_before count "Customers before"
-- column: came_in count "Came in since"
-- column: went_out count "Went out since"
-- column: ever_entered count "Ever entered"
-- column: moved_on count "Of these reached a later stage afterwards"
-- column: skipped count "Of these past the next one"
-- column: gone_back count "Went back, and on to no later one"
-- column: still_there count "Still there"
-- column: conversion ratio "Share that moved on"
-- column: median_days days "Median days until then"
-- column: median_stay_days days "Median days of those there now"
-- column: revenue money "Final revenue in the window of those there now"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH stages AS (
  SELECT stage, position, max(position) OVER () AS last_position
  FROM rules.lifecycle_stages
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
rule AS (
  SELECT min_units, month_add($as_of, -$compare_months) AS before_on
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
stock AS (
  SELECT
    s.position,
    sum(CASE WHEN s.left_on IS NULL THEN 1 ELSE 0 END) AS customers,
    sum(CASE WHEN s.entered_on <= r.before_on AND (s.left_on IS NULL OR s.left_on > r.before_on) THEN 1 ELSE 0 END) AS customers_before,
    sum(CASE WHEN s.entered_on > r.before_on THEN 1 ELSE 0 END) AS came_in,
    sum(CASE WHEN s.left_on > r.before_on THEN 1 ELSE 0 END) AS went_out,
    median(CAST(CASE WHEN s.left_on IS NULL THEN s.stay_days END AS DECIMAL(19, 1))) AS median_stay_days,
    sum(CASE WHEN s.left_on IS NULL THEN t.revenue END) AS revenue
  FROM health.lifecycle_stays s
  CROSS JOIN rule r
  LEFT JOIN tiers.current t ON t.customer_id = s.customer_id
  GROUP BY s.position
),
entries AS (
  SELECT customer_id, position, min(entered_on) AS first_on, max(CASE WHEN left_on IS NULL THEN 1 ELSE 0 END) AS is_there
  FROM health.lifecycle_stays
  GROUP BY customer_id, position
),
-- The first later stage that was entered after a stage.
later AS (
  SELECT e.customer_id, e.position, min(s.entered_on) AS later_on
  FROM entries e
  JOIN health.lifecycle_stays s ON s.customer_id = e.customer_id AND s.position > e.position AND s.entered_on > e.first_on
  GROUP BY e.customer_id, e.position
),
ends AS (
  SELECT
    e.position,
    count(*) AS ever_entered,
    count(l.later_on) AS moved_on,
    sum(CASE WHEN s.position > e.position + 1 THEN 1 ELSE 0 END) AS skipped,
    sum(CASE WHEN l.later_on IS NULL AND e.is_there = 1 THEN 1 ELSE 0 END) AS still_there,
    median(CAST(l.later_on - e.first_on AS DECIMAL(19, 1))) AS median_days
  FROM entries e
  LEFT JOIN later l ON l.customer_id = e.customer_id AND l.position = e.position
  LEFT JOIN health.lifecycle_stays s ON s.customer_id = l.customer_id AND s.entered_on = l.later_on
  GROUP BY e.position
)
SELECT
  g.stage,
  g.position,
  coalesce(k.customers, 0) AS customers,
  CAST(coalesce(k.customers, 0) AS DOUBLE) / NULLIF(sum(k.customers) OVER (), 0) AS customers_share,
  coalesce(k.customers_before, 0) AS customers_before,
  coalesce(k.came_in, 0) AS came_in,
  coalesce(k.went_out, 0) AS went_out,
  coalesce(n.ever_entered, 0) AS ever_entered,
  coalesce(n.moved_on, 0) AS moved_on,
  coalesce(n.skipped, 0) AS skipped,
  coalesce(n.ever_entered - n.moved_on - n.still_there, 0) AS gone_back,
  coalesce(n.still_there, 0) AS still_there,
  CASE WHEN g.position < g.last_position THEN CAST(n.moved_on AS DOUBLE) / NULLIF(n.ever_entered, 0) END AS conversion,
  CAST(n.median_days AS DOUBLE) AS median_days,
  CAST(k.median_stay_days AS DOUBLE) AS median_stay_days,
  coalesce(k.revenue, 0) AS revenue,
  coalesce(n.ever_entered, 0) < r.min_units AS is_small_sample
FROM stages g
CROSS JOIN rule r
LEFT JOIN stock k ON k.position = g.position
LEFT JOIN ends n ON n.position = g.position
