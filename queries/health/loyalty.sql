-- Loyalty and satisfaction of every customer with a final line in the window. Loyalty is repeat purchase: the orders of the window by
-- month since the customer first bought, or since the window began. High is the median of all these customers or more; satisfaction is
-- high at the median of all customers who have answered (health.satisfaction) or above. Without an answer it is unknown. What share of
-- its purchases comes to us stands beside it, where an estimate is on record.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- empty_if_missing: key_accounts.wallet
-- check: loyalty in ('high', 'low')
-- check: satisfaction_level in ('high', 'low', 'unknown')
-- check: months between 1 and 1200
-- total: sum(revenue) = (select sum(revenue) from value.contribution)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: loyalty text "Loyalty"
-- column: satisfaction_level text "Satisfaction"
-- column: orders count "Orders in the window"
-- column: months count "Months in which it could order"
-- column: orders_a_month count "Orders a month"
-- column: median_orders count "Median of all"
-- column: mean_points count "Satisfaction, of 100"
-- column: median_points count "Median of all who answered"
-- column: wallet_share ratio "Share of its purchases"
-- column: revenue money "Final revenue in the window"
WITH orders AS (
  SELECT customer_id, sum(n_orders) AS orders
  FROM value.customer_day
  WHERE final_on >= $window_start AND final_on < $window_end
  GROUP BY customer_id
),
rates AS (
  SELECT
    v.customer_id,
    v.customer_name,
    v.owner_id,
    v.owner_name,
    v.revenue,
    coalesce(o.orders, 0) AS orders,
    greatest(months_between(greatest(coalesce(v.first_sale_on, $window_start), $window_start), $window_end - 1) + 1, 1) AS months
  FROM value.contribution v
  LEFT JOIN orders o ON o.customer_id = v.customer_id
),
exact AS (
  SELECT *, CAST(CAST(orders AS DECIMAL(28, 6)) / months AS DECIMAL(28, 6)) AS rate
  FROM rates
),
medians AS (
  SELECT median(CAST(rate AS DECIMAL(28, 7))) AS rate FROM exact
),
points AS (
  SELECT median(CAST(CAST(mean_points AS DECIMAL(18, 6)) AS DECIMAL(18, 7))) AS points
  FROM health.satisfaction
  WHERE answers > 0
)
SELECT
  e.customer_id,
  e.customer_name,
  e.owner_id,
  e.owner_name,
  CASE WHEN e.rate >= m.rate THEN 'high' ELSE 'low' END AS loyalty,
  CASE
    WHEN s.mean_points IS NULL THEN 'unknown'
    WHEN CAST(s.mean_points AS DECIMAL(18, 6)) >= p.points THEN 'high'
    ELSE 'low'
  END AS satisfaction_level,
  e.orders,
  e.months,
  CAST(e.orders AS DOUBLE) / e.months AS orders_a_month,
  CAST(m.rate AS DOUBLE) AS median_orders,
  s.mean_points,
  CAST(p.points AS DOUBLE) AS median_points,
  w.share AS wallet_share,
  e.revenue
FROM exact e
CROSS JOIN medians m
CROSS JOIN points p
LEFT JOIN health.satisfaction s ON s.customer_id = e.customer_id
LEFT JOIN key_accounts.wallet w ON w.customer_id = e.customer_id
