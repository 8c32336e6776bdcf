-- Net and gross revenue retention of the customers who had a subscription one month or twelve months before.
-- New and returning customers stay outside. Gross retention counts nobody above what it paid before, so it cannot pass 100 %; the gap
-- between both is what the others of these customers pay more. A month before which nobody paid has no rate. The first month, and for
-- twelve months the first twelve, are not here, because what was before them is not known.
--
-- grain: month, basis
-- check: grr between 0 and 1
-- check: kept_mrr <= start_mrr and kept_mrr <= end_mrr
-- check: (start_mrr = 0) = (nrr is null)
-- column: month month "Month"
-- column: basis text "Against the month before, or twelve months before"
-- column: customers count "Customers with a subscription before"
-- column: start_mrr money "What they paid before"
-- column: end_mrr money "What they pay now"
-- column: kept_mrr money "Of that, up to what they paid before"
-- column: nrr ratio "Net revenue retention"
-- column: grr ratio "Gross revenue retention"
-- column: gap ratio "Net less gross: what customers pay more"
-- column: is_small_sample bool "Too few customers for a rate to mean much"
-- column: is_partial bool "Not over yet on the as-of date"
-- column: is_latest bool "The latest month that is over"
WITH bases AS (
  SELECT * FROM (VALUES ('month', 1), ('trailing_12', 12)) AS b (basis, n)
),
spine AS (
  SELECT m.month, b.basis, m.is_partial, m.is_latest
  FROM (SELECT *, min(month) OVER () AS first_month FROM revenue.mrr_movements) m
  CROSS JOIN bases b
  WHERE m.month >= month_add(m.first_month, b.n)
),
sums AS (
  SELECT
    month,
    basis,
    count(*) AS customers,
    sum(start_mrr) AS start_mrr,
    sum(end_mrr) AS end_mrr,
    sum(kept_mrr) AS kept_mrr
  FROM revenue.retention_pairs
  GROUP BY month, basis
),
rule AS (
  SELECT min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  p.month,
  p.basis,
  coalesce(s.customers, 0) AS customers,
  coalesce(s.start_mrr, 0) AS start_mrr,
  coalesce(s.end_mrr, 0) AS end_mrr,
  coalesce(s.kept_mrr, 0) AS kept_mrr,
  CAST(s.end_mrr AS DOUBLE) / CAST(s.start_mrr AS DOUBLE) AS nrr,
  CAST(s.kept_mrr AS DOUBLE) / CAST(s.start_mrr AS DOUBLE) AS grr,
  CAST(s.end_mrr - s.kept_mrr AS DOUBLE) / CAST(s.start_mrr AS DOUBLE) AS gap,
  coalesce(s.customers, 0) < r.min_rate_units AS is_small_sample,
  p.is_partial,
  p.is_latest
FROM spine p
CROSS JOIN rule r
LEFT JOIN sums s ON s.month = p.month AND s.basis = p.basis
