-- Net and gross revenue retention by tier, for the latest month that is over: the tier is the one that a customer had at the end of
-- the month compared with, by the rules valid then. Whoever had no tier then is untiered.
--
-- grain: basis, tier
-- order: basis, position, tier
-- check: grr between 0 and 1
-- total: sum(start_mrr) = (select sum(start_mrr) from revenue.retention where is_latest)
-- total: sum(end_mrr) = (select sum(end_mrr) from revenue.retention where is_latest)
-- total: sum(kept_mrr) = (select sum(kept_mrr) from revenue.retention where is_latest)
-- column: basis text "Against the month before, or twelve months before"
-- column: tier text "Tier at the end of the month compared with"
-- column: position count "Position of the tier from the top"
-- column: customers count "Customers with a subscription before"
-- column: start_mrr money "What they paid before"
-- column: end_mrr money "What they pay now"
-- column: kept_mrr money "Of that, up to what they paid before"
-- column: nrr ratio "Net revenue retention"
-- column: grr ratio "Gross revenue retention"
-- column: gap ratio "Net less gross: what customers pay more"
-- column: is_small_sample bool "Too few customers for a rate to mean much"
WITH latest AS (
  SELECT month FROM revenue.mrr_movements WHERE is_latest
),
sums AS (
  SELECT
    p.basis,
    coalesce(h.tier, 'untiered') AS tier,
    max(h.position) AS position,
    count(*) AS customers,
    sum(p.start_mrr) AS start_mrr,
    sum(p.end_mrr) AS end_mrr,
    sum(p.kept_mrr) AS kept_mrr
  FROM revenue.retention_pairs p
  JOIN latest l ON l.month = p.month
  LEFT JOIN tiers.history h ON h.customer_id = p.customer_id AND h.month_end = month_end(p.start_month)
  GROUP BY p.basis, coalesce(h.tier, 'untiered')
),
rule AS (
  SELECT min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.basis,
  s.tier,
  s.position,
  s.customers,
  s.start_mrr,
  s.end_mrr,
  s.kept_mrr,
  CAST(s.end_mrr AS DOUBLE) / CAST(s.start_mrr AS DOUBLE) AS nrr,
  CAST(s.kept_mrr AS DOUBLE) / CAST(s.start_mrr AS DOUBLE) AS grr,
  CAST(s.end_mrr - s.kept_mrr AS DOUBLE) / CAST(s.start_mrr AS DOUBLE) AS gap,
  s.customers < r.min_rate_units AS is_small_sample
FROM sums s
CROSS JOIN rule r
