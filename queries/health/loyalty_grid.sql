-- Loyalty against satisfaction: customers and revenue in each cell of health.loyalty. Who has not answered has cells of its own. A cell
-- without customers is shown with zero.
--
-- grain: loyalty, satisfaction_level
-- order: position
-- total: sum(customers) = (select count(*) from value.contribution)
-- total: sum(revenue) = (select sum(revenue) from value.contribution)
-- column: loyalty text "Loyalty"
-- column: satisfaction_level text "Satisfaction"
-- column: position count "Position"
-- column: customers count "Customers"
-- column: customers_share ratio "Share of customers"
-- column: revenue money "Final revenue in the window"
-- column: revenue_share ratio "Share of revenue"
-- column: wallet_customers count "With an estimate of all their purchases"
-- column: median_wallet_share ratio "Median share of their purchases"
WITH cells AS (
  SELECT *
  FROM (
    VALUES ('high', 'high', 1), ('high', 'low', 2), ('high', 'unknown', 3), ('low', 'high', 4), ('low', 'low', 5), ('low', 'unknown', 6)
  ) AS c (loyalty, satisfaction_level, position)
),
sums AS (
  SELECT
    loyalty,
    satisfaction_level,
    count(*) AS customers,
    sum(revenue) AS revenue,
    count(wallet_share) AS wallet_customers,
    median(CAST(CAST(wallet_share AS DECIMAL(18, 6)) AS DECIMAL(18, 7))) AS median_wallet_share
  FROM health.loyalty
  GROUP BY loyalty, satisfaction_level
)
SELECT
  c.loyalty,
  c.satisfaction_level,
  c.position,
  coalesce(s.customers, 0) AS customers,
  CAST(coalesce(s.customers, 0) AS DOUBLE) / NULLIF(sum(s.customers) OVER (), 0) AS customers_share,
  coalesce(s.revenue, 0) AS revenue,
  CAST(coalesce(s.revenue, 0) AS DOUBLE) / NULLIF(CAST(sum(s.revenue) OVER () AS DOUBLE), 0) AS revenue_share,
  coalesce(s.wallet_customers, 0) AS wallet_customers,
  CAST(s.median_wallet_share AS DOUBLE) AS median_wallet_share
FROM cells c
LEFT JOIN sums s ON s.loyalty = c.loyalty AND s.satisfaction_level = c.satisfaction_level
