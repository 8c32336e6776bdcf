-- Share of wallet: our final revenue of the last twelve full months against the newest estimate of what the customer spends in a year.
-- Customers whose newest estimate is outdated are hidden, and counted in key_accounts.wallet_summary. Sales above the estimate
-- mean that the estimate is too low: the headroom is then negative and marked. For a group both sides are the sums of those
-- members whose own newest estimate is not outdated; the day is that of the oldest of these, and several sources are `several`.
--
-- grain: customer_id
-- order: headroom desc, customer_id
-- check: is_estimate_low = (headroom < 0)
-- check: headroom = estimated_spend - our_sales
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: industry text "Industry"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: is_key bool "Key account"
-- column: n_estimates count "Members of the group with an estimate"
-- column: estimated_on date "Day of the estimate"
-- column: source text "Source of the estimate"
-- column: estimated_spend money "Estimated spend in a year"
-- column: our_sales money "Our final revenue of twelve months"
-- column: share ratio "Share of wallet"
-- column: headroom money "Headroom: estimate less our sales"
-- column: is_estimate_low bool "Our sales are above the estimate"
-- column: is_share_low bool "Share below the rule"
WITH rule AS (
  SELECT low_share
  FROM rules.wallet
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
sold AS (
  SELECT customer_id, sum(amount) AS our_sales
  FROM revenue.customer_day
  WHERE final_on >= month_add(month_start($as_of + 1), -12) AND final_on < month_start($as_of + 1)
  GROUP BY customer_id
),
known AS (
  SELECT
    e.unit_id AS customer_id,
    count(*) AS n_estimates,
    min(e.estimated_on) AS estimated_on,
    CASE WHEN count(DISTINCT e.source) > 1 OR count(e.source) NOT IN (0, count(*)) THEN 'several' ELSE min(e.source) END AS source,
    sum(e.estimated_spend) AS estimated_spend,
    sum(coalesce(s.our_sales, 0)) AS our_sales
  FROM key_accounts.estimates e
  LEFT JOIN sold s ON s.customer_id = e.customer_id
  WHERE NOT e.is_outdated
  GROUP BY e.unit_id
)
SELECT
  k.customer_id,
  c.customer_name,
  c.industry,
  c.owner_id,
  c.owner_name,
  a.customer_id IS NOT NULL AS is_key,
  k.n_estimates,
  k.estimated_on,
  k.source,
  k.estimated_spend,
  k.our_sales,
  CAST(k.our_sales AS DOUBLE) / CAST(k.estimated_spend AS DOUBLE) AS share,
  k.estimated_spend - k.our_sales AS headroom,
  k.our_sales > k.estimated_spend AS is_estimate_low,
  k.our_sales < r.low_share * k.estimated_spend AS is_share_low
FROM known k
CROSS JOIN rule r
JOIN value.customers c ON c.customer_id = k.customer_id
LEFT JOIN key_accounts.accounts a ON a.customer_id = k.customer_id
