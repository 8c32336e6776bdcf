-- Where the days of complete transactions go: from the first contact to the first negotiation, from there to the day the deal was won, and
-- from there to the last payment. Each step is over the deals that have both of its ends in this order; a deal without a
-- negotiation on record goes from the first contact to the day it was won.
--
-- grain: step
-- order: place
-- column: step text "Step"
-- column: place count "Place of the step"
-- column: deals count "Complete deals with this step"
-- column: median_days days "Median days"
-- column: days days "Days in all"
-- column: is_small_sample bool "Too few deals for a median to mean much"
WITH names AS (
  SELECT *
  FROM (VALUES ('to_negotiation', 1), ('negotiation_to_won', 2), ('contact_to_won', 3), ('won_to_paid', 4)) AS n (step, place)
),
complete AS (
  SELECT
    started_on,
    CASE WHEN negotiated_on >= started_on AND negotiated_on <= won_on THEN negotiated_on END AS negotiated_on,
    won_on,
    completed_on
  FROM decision_chain.transactions
  WHERE transaction_state = 'complete' AND won_on >= started_on
),
steps AS (
  SELECT 'to_negotiation' AS step, negotiated_on - started_on AS days FROM complete WHERE negotiated_on IS NOT NULL
  UNION ALL
  SELECT 'negotiation_to_won', won_on - negotiated_on FROM complete WHERE negotiated_on IS NOT NULL
  UNION ALL
  SELECT 'contact_to_won', won_on - started_on FROM complete WHERE negotiated_on IS NULL
  UNION ALL
  SELECT 'won_to_paid', completed_on - won_on FROM complete
),
acc AS (
  -- One digit after the point, because the median of an even number lies between two of them.
  SELECT step, count(*) AS deals, median(CAST(days AS DECIMAL(20, 1))) AS median_days, sum(CAST(days AS BIGINT)) AS days
  FROM steps
  GROUP BY step
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  n.step,
  n.place,
  coalesce(a.deals, 0) AS deals,
  a.median_days,
  coalesce(a.days, 0) AS days,
  coalesce(a.deals, 0) < r.min_units AS is_small_sample
FROM names n
CROSS JOIN rule r
LEFT JOIN acc a ON a.step = n.step
