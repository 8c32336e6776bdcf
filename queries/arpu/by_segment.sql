-- Revenue per active customer in the window by segment, and for each active user where the use of the product is known. A customer is
-- active with at least one final line above zero in the window. The revenue for each active user is that of the customers whose
-- users are known.
--
-- grain: segment
-- order: position
-- empty_if_missing: arpu.active_users
-- total: sum(revenue) = (select sum(revenue) from tiers.current)
-- column: segment text "Segment"
-- column: position count "Position"
-- column: revenue money "Final revenue in the window"
-- column: active_customers count "Active customers"
-- column: arpu money "Revenue per active customer"
-- column: customers_with_users count "Customers whose users are known"
-- column: active_users count "Active users"
-- column: revenue_with_users money "Final revenue of customers whose users are known"
-- column: revenue_per_user money "Revenue per active user"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH segments AS (
  SELECT * FROM (VALUES ('head', 1), ('waist', 2), ('tail', 3)) AS s (segment, position)
),
active AS (
  SELECT customer_id
  FROM value.customer_day
  WHERE n_sale_lines > 0 AND final_on >= $window_start AND final_on < $window_end
  GROUP BY customer_id
),
acc AS (
  SELECT
    t.segment,
    sum(t.revenue) AS revenue,
    count(a.customer_id) AS active_customers,
    count(u.active_users) AS customers_with_users,
    sum(u.active_users) AS active_users,
    sum(CASE WHEN u.active_users IS NOT NULL THEN t.revenue END) AS revenue_with_users
  FROM tiers.current t
  LEFT JOIN active a ON a.customer_id = t.customer_id
  LEFT JOIN arpu.active_users u ON u.customer_id = t.customer_id
  GROUP BY t.segment
),
known AS (
  SELECT count(*) > 0 AS has_users FROM arpu.active_users
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.segment,
  s.position,
  coalesce(a.revenue, 0) AS revenue,
  coalesce(a.active_customers, 0) AS active_customers,
  CAST(a.revenue AS DOUBLE) / NULLIF(a.active_customers, 0) AS arpu,
  CASE WHEN k.has_users THEN coalesce(a.customers_with_users, 0) END AS customers_with_users,
  CASE WHEN k.has_users THEN coalesce(a.active_users, 0) END AS active_users,
  CASE WHEN k.has_users THEN coalesce(a.revenue_with_users, 0) END AS revenue_with_users,
  CAST(a.revenue_with_users AS DOUBLE) / NULLIF(a.active_users, 0) AS revenue_per_user,
  coalesce(a.active_customers, 0) < r.min_units AS is_small_sample
FROM segments s
CROSS JOIN rule r
CROSS JOIN known k
LEFT JOIN acc a ON a.segment = s.segment
