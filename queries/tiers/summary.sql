-- The four tiers by the formula: customers, revenue, profit and what a customer brings. A tier without customers is shown with zero.
-- Shares are of all customers in the window, those at zero or below included. Gross profit is empty when it is unknown for
-- any customer of the tier.
-- Churn is counted over twelve full months, because the grace after a last sale alone takes a quarter of a year: of the customers
-- who were in the tier at the month-end twelve months before the latest one and had not left by then, those who have left since
-- (churn.last_seen). It is empty when the history does not reach back that far.
-- Owners are not counted where no customer has one, nor tiers set by hand where there is no table of them.
--
-- empty_if_missing: staging.tier_overrides
-- grain: tier
-- order: position
-- total: sum(revenue) = (select sum(revenue) from tiers.current)
-- total: sum(customers) = (select count(*) from tiers.current)
-- check: churned <= churn_base
-- column: tier text "Tier"
-- column: position count "Position from the top"
-- column: customers count "Customers"
-- column: customers_share ratio "Share of customers"
-- column: revenue money "Final revenue"
-- column: revenue_share ratio "Share of revenue"
-- column: gross_profit money "Gross profit"
-- column: arpu money "Revenue per customer"
-- column: median_revenue money "Median revenue per customer"
-- column: n_unrated count "Of these new"
-- column: n_dormant count "Of these dormant"
-- column: n_overridden count "Of these with a tier set by hand"
-- column: n_unconfirmed count "Of these not in the confirmed tier"
-- column: n_owners count "Owners"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
-- column: rule_version text "Version of the rule"
-- column: churn_since date "Month-end from which churn is counted"
-- column: churn_base count "Customers in the tier at that month-end"
-- column: churned count "Of these have left since"
-- column: churn_rate ratio "Share that has left"
-- column: is_small_churn_sample bool "Too few customers for a churn rate to mean much"
WITH acc AS (
  SELECT
    tier,
    count(*) AS customers,
    sum(revenue) AS revenue,
    CASE WHEN count(*) = count(gross_profit) THEN sum(gross_profit) END AS gross_profit,
    sum(CASE WHEN is_unrated THEN 1 ELSE 0 END) AS n_unrated,
    sum(CASE WHEN is_dormant THEN 1 ELSE 0 END) AS n_dormant,
    count(override_tier) AS n_overridden,
    sum(CASE WHEN confirmed_tier <> tier THEN 1 ELSE 0 END) AS n_unconfirmed,
    count(DISTINCT owner_id) AS n_owners
  FROM tiers.current
  GROUP BY tier
),
medians AS (
  -- One digit more than money has, because the median of an even number lies between two of them.
  SELECT tier, median(CAST(revenue AS DECIMAL(38, 5))) AS median_revenue
  FROM tiers.current
  GROUP BY tier
),
reach AS (
  SELECT month_end AS churn_since
  FROM tiers.history
  WHERE month_end = month_end(month_add(month_start($as_of + 1), -13))
  GROUP BY month_end
),
churn AS (
  SELECT
    h.tier,
    count(*) AS churn_base,
    sum(CASE WHEN s.has_left THEN 1 ELSE 0 END) AS churned
  FROM tiers.history h
  JOIN reach r ON r.churn_since = h.month_end
  JOIN churn.last_seen s ON s.customer_id = h.customer_id
  WHERE NOT (s.has_left AND s.left_on <= h.month_end)
  GROUP BY h.tier
),
sums AS (
  SELECT
    l.tier,
    l.position,
    l.rule_version,
    coalesce(a.customers, 0) AS customers,
    coalesce(a.revenue, 0) AS revenue,
    CASE WHEN a.customers IS NULL THEN CAST(0 AS DECIMAL(38, 4)) ELSE a.gross_profit END AS gross_profit,
    m.median_revenue,
    coalesce(a.n_unrated, 0) AS n_unrated,
    coalesce(a.n_dormant, 0) AS n_dormant,
    coalesce(a.n_overridden, 0) AS n_overridden,
    coalesce(a.n_unconfirmed, 0) AS n_unconfirmed,
    coalesce(a.n_owners, 0) AS n_owners,
    r.churn_since,
    CASE WHEN r.churn_since IS NOT NULL THEN coalesce(c.churn_base, 0) END AS churn_base,
    CASE WHEN r.churn_since IS NOT NULL THEN coalesce(c.churned, 0) END AS churned,
    sum(a.customers) OVER () AS all_customers,
    sum(a.revenue) OVER () AS all_revenue
  FROM tiers.ladder l
  LEFT JOIN acc a ON a.tier = l.tier
  LEFT JOIN medians m ON m.tier = l.tier
  LEFT JOIN reach r ON true
  LEFT JOIN churn c ON c.tier = l.tier
  WHERE l.valid_on = $as_of
),
known AS (
  SELECT
    (SELECT count(*) FROM staging.tier_overrides) > 0 AS overrides,
    (SELECT count(owner_id) FROM value.customers) > 0 AS owners
),
rule AS (
  SELECT min_units, min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.tier,
  s.position,
  s.customers,
  CAST(s.customers AS DOUBLE) / NULLIF(s.all_customers, 0) AS customers_share,
  s.revenue,
  CASE WHEN s.all_revenue > 0 THEN CAST(s.revenue AS DOUBLE) / CAST(s.all_revenue AS DOUBLE) END AS revenue_share,
  s.gross_profit,
  CAST(s.revenue AS DOUBLE) / NULLIF(s.customers, 0) AS arpu,
  s.median_revenue,
  s.n_unrated,
  s.n_dormant,
  CASE WHEN k.overrides THEN s.n_overridden END AS n_overridden,
  s.n_unconfirmed,
  CASE WHEN k.owners THEN s.n_owners END AS n_owners,
  s.customers < r.min_units AS is_small_sample,
  s.rule_version,
  s.churn_since,
  s.churn_base,
  s.churned,
  CAST(s.churned AS DOUBLE) / NULLIF(s.churn_base, 0) AS churn_rate,
  s.churn_base < r.min_rate_units AS is_small_churn_sample
FROM sums s
CROSS JOIN known k
CROSS JOIN rule r
