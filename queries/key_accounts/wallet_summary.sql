-- Share of wallet over all customers with an estimate that is not outdated. Headroom adds up the customers above zero only: an
-- estimate that is too low takes nothing away from another customer's headroom.
--
-- grain: as_of
-- check: low_share_customers + low_estimates <= customers
-- check: key_customers <= customers
-- total: sum(estimated_spend) = (select coalesce(sum(estimated_spend), 0) from key_accounts.wallet)
-- total: sum(our_sales) = (select coalesce(sum(our_sales), 0) from key_accounts.wallet)
-- column: as_of date "As of"
-- column: customers count "Customers with an estimate"
-- column: hidden_customers count "Hidden: estimate outdated, each member of a group by itself"
-- column: key_customers count "Key accounts with an estimate"
-- column: sources count "Sources of estimates that are used"
-- column: estimated_spend money "Estimated spend in a year"
-- column: our_sales money "Our final revenue of twelve months"
-- column: share ratio "Share of all estimated spend"
-- column: median_share ratio "Median share of wallet"
-- column: key_median_share ratio "Median share of wallet of key accounts"
-- column: headroom money "Headroom"
-- column: low_share_customers count "Customers with a low share"
-- column: low_estimates count "Customers whose estimate is too low"
-- column: low_share ratio "A share below this is low"
-- column: is_share_low bool "The median share is low"
-- column: is_small_sample bool "Too few customers for a median to mean much"
WITH acc AS (
  SELECT
    count(*) AS customers,
    count(CASE WHEN is_key THEN 1 END) AS key_customers,
    sum(estimated_spend) AS estimated_spend,
    sum(our_sales) AS our_sales,
    median(share) AS median_share,
    median(CASE WHEN is_key THEN share END) AS key_median_share,
    sum(CASE WHEN headroom > 0 THEN headroom ELSE 0 END) AS headroom,
    count(CASE WHEN is_share_low THEN 1 END) AS low_share_customers,
    count(CASE WHEN is_estimate_low THEN 1 END) AS low_estimates
  FROM key_accounts.wallet
),
hidden AS (
  SELECT
    count(CASE WHEN is_outdated THEN 1 END) AS hidden_customers,
    count(DISTINCT CASE WHEN NOT is_outdated THEN source END) AS sources
  FROM key_accounts.estimates
),
rule AS (
  SELECT w.low_share, s.min_units
  FROM rules.wallet w
  CROSS JOIN rules.small_samples s
  WHERE (w.valid_from IS NULL OR w.valid_from <= $as_of) AND (w.valid_to IS NULL OR w.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
)
SELECT
  $as_of AS as_of,
  a.customers,
  h.hidden_customers,
  a.key_customers,
  h.sources,
  a.estimated_spend,
  a.our_sales,
  CAST(a.our_sales AS DOUBLE) / CAST(NULLIF(a.estimated_spend, 0) AS DOUBLE) AS share,
  a.median_share,
  a.key_median_share,
  a.headroom,
  a.low_share_customers,
  a.low_estimates,
  CAST(r.low_share AS DOUBLE) AS low_share,
  a.median_share < CAST(r.low_share AS DOUBLE) AS is_share_low,
  a.customers < r.min_units AS is_small_sample
FROM acc a
CROSS JOIN hidden h
CROSS JOIN rule r
