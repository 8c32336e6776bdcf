-- Neglected leads by reason: how many nobody is in contact with, for how long, and what came back later all the same. Recovered are
-- those that were left alone very long and paid later (acquisition.lead_neglect), at any time so far, and their final revenue since. A
-- recovered one has the reason of its newest lead as it stands now.
--
-- grain: neglect_reason
-- order: position
-- check: long_neglected <= neglected
-- check: neglected <= open_leads
-- total: sum(neglected) = (select count(*) from acquisition.lead_neglect where is_neglected)
-- total: sum(recovered) = (select count(*) from acquisition.lead_neglect where is_recovered)
-- column: neglect_reason text "Why nobody is in contact"
-- column: position count "Position"
-- column: open_leads count "Leads that have not paid"
-- column: neglected count "Left alone for long"
-- column: neglected_share ratio "Share of leads that have not paid"
-- column: never_contacted count "Of these never contacted"
-- column: long_neglected count "Of these left alone very long"
-- column: median_days_alone days "Median days left alone"
-- column: open_amount money "Amount of their open opportunities"
-- column: recovered count "Left alone very long, and paid later"
-- column: recovered_in_window count "Of these paid in the window"
-- column: recovered_revenue money "Final revenue of all recovered so far"
-- column: is_small_sample bool "Too few leads for a share to mean much"
WITH reasons AS (
  SELECT * FROM (VALUES ('no_present_need', 1), ('mismatch', 2), ('unworked', 3), ('other', 4)) AS r (neglect_reason, position)
),
sold AS (
  SELECT customer_id, sum(amount) AS revenue FROM value.customer_day GROUP BY customer_id
),
acc AS (
  SELECT
    n.neglect_reason,
    count(CASE WHEN n.paid_on IS NULL THEN 1 END) AS open_leads,
    count(CASE WHEN n.is_neglected THEN 1 END) AS neglected,
    count(CASE WHEN n.is_neglected AND n.last_contact_on IS NULL THEN 1 END) AS never_contacted,
    count(CASE WHEN n.is_long_neglected THEN 1 END) AS long_neglected,
    -- One digit after the point, because the median of an even number lies between two of them.
    median(CASE WHEN n.is_neglected THEN CAST(n.days_alone AS DECIMAL(20, 1)) END) AS median_days_alone,
    sum(CASE WHEN n.is_neglected THEN n.open_amount END) AS open_amount,
    count(CASE WHEN n.is_recovered THEN 1 END) AS recovered,
    count(CASE WHEN n.is_recovered AND n.paid_on >= $window_start AND n.paid_on < $window_end THEN 1 END) AS recovered_in_window,
    sum(CASE WHEN n.is_recovered THEN s.revenue END) AS recovered_revenue
  FROM acquisition.lead_neglect n
  LEFT JOIN sold s ON s.customer_id = n.customer_id
  GROUP BY n.neglect_reason
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  r.neglect_reason,
  r.position,
  coalesce(a.open_leads, 0) AS open_leads,
  coalesce(a.neglected, 0) AS neglected,
  CAST(a.neglected AS DOUBLE) / NULLIF(a.open_leads, 0) AS neglected_share,
  coalesce(a.never_contacted, 0) AS never_contacted,
  coalesce(a.long_neglected, 0) AS long_neglected,
  a.median_days_alone,
  coalesce(a.open_amount, 0) AS open_amount,
  coalesce(a.recovered, 0) AS recovered,
  coalesce(a.recovered_in_window, 0) AS recovered_in_window,
  coalesce(a.recovered_revenue, 0) AS recovered_revenue,
  coalesce(a.open_leads, 0) < s.min_units AS is_small_sample
FROM reasons r
CROSS JOIN rule s
LEFT JOIN acc a ON a.neglect_reason = r.neglect_reason
