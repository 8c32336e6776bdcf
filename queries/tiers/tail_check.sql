-- The price check of the tail: mean and median of what a tail customer spends in a year, and of what one of its orders in the
-- window comes to, against the tail cap (rules.segment_caps). It passes when both are at or below the cap.
-- Customers at or below zero are in the first; orders at zero or below are left out of the second.
--
-- grain: basis
-- column: basis text "Per customer and year, or per order"
-- column: n count "Customers or orders"
-- column: mean money "Mean"
-- column: median money "Median"
-- column: above_cap count "Above the cap"
-- column: tail_cap money "Cap"
-- column: passes bool "Mean and median at or below the cap"
-- column: is_mean_high bool "Mean above the cap"
-- column: is_median_high bool "Median above the cap"
-- column: n_at_or_below_zero count "Of these at or below zero"
WITH spends AS (
  -- One digit more than money has, because the median of an even number lies between two of them.
  SELECT 'customer_year' AS basis, CAST(annual_spend AS DECIMAL(38, 5)) AS amount FROM tiers.current WHERE segment = 'tail'
  UNION ALL
  SELECT 'order', CAST(amount AS DECIMAL(38, 5)) FROM tail.orders WHERE amount > 0
),
rule AS (
  SELECT tail_cap
  FROM rules.segment_caps
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
sums AS (
  SELECT
    s.basis,
    r.tail_cap,
    count(*) AS n,
    sum(s.amount) AS total,
    median(s.amount) AS median,
    sum(CASE WHEN s.amount > r.tail_cap THEN 1 ELSE 0 END) AS above_cap,
    sum(CASE WHEN s.amount <= 0 THEN 1 ELSE 0 END) AS n_at_or_below_zero
  FROM spends s
  CROSS JOIN rule r
  GROUP BY s.basis, r.tail_cap
)
SELECT
  basis,
  n,
  CAST(total AS DOUBLE) / n AS mean,
  median,
  above_cap,
  tail_cap,
  total <= tail_cap * n AND median <= tail_cap AS passes,
  total > tail_cap * n AS is_mean_high,
  median > tail_cap AS is_median_high,
  n_at_or_below_zero
FROM sums
