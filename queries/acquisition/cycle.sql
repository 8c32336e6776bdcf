-- How long it takes from a lead to the first final sale: the median over the new customers of the window who came through a lead. In
-- months it is the median of calendar months, a half rounded up: the lag between what is spent and who is won. Without such a
-- customer both are unknown.
--
-- grain: as_of
-- check: median_days >= 0
-- column: as_of date "As of"
-- column: customers count "New customers who came through a lead"
-- column: median_days days "Median days from the first lead to the first final sale"
-- column: lag_months count "Median months, rounded"
-- column: is_small_sample bool "Too few customers for a median to mean much"
WITH acc AS (
  SELECT
    count(lead_id) AS customers,
    -- One digit after the point, because the median of an even number lies between two of them.
    median(CASE WHEN lead_id IS NOT NULL THEN CAST(cycle_days AS DECIMAL(20, 1)) END) AS median_days,
    median(CASE WHEN lead_id IS NOT NULL THEN CAST(cycle_months AS DECIMAL(20, 1)) END) AS median_months
  FROM acquisition.customers
  WHERE is_new
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  $as_of AS as_of,
  a.customers,
  a.median_days,
  CAST(floor(a.median_months + 0.5) AS BIGINT) AS lag_months,
  a.customers < r.min_units AS is_small_sample
FROM acc a
CROSS JOIN rule r
