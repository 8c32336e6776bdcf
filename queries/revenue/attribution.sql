-- Whose result the window's revenue is. That of head customers is led by executives, whatever operations did. Operations may have
-- moved that of waist and tail customers whom an operations team touched in the days before the sale (rules.attribution); the rest
-- came without them. The three parts come to all of it; league tables of operators use the second part alone.
--
-- grain: part
-- order: position
-- total: sum(revenue) = (select sum(window_total) from value.control)
-- total: sum(case when part = 'ops_influenceable' then revenue end) = (select sum(revenue) from revenue.influenced)
-- column: part text "Part"
-- column: position count "Position"
-- column: customers count "Customers with such revenue"
-- column: revenue money "Final revenue in the window"
-- column: waist_revenue money "Of this from the waist"
-- column: tail_revenue money "Of this from the tail"
-- column: share ratio "Share of the window's revenue"
WITH segments AS (
  SELECT
    sum(revenue) AS t,
    count(CASE WHEN segment = 'head' THEN 1 END) AS head_customers,
    coalesce(sum(CASE WHEN segment = 'head' THEN revenue END), 0) AS head,
    coalesce(sum(CASE WHEN segment = 'waist' THEN revenue END), 0) AS waist,
    coalesce(sum(CASE WHEN segment = 'tail' THEN revenue END), 0) AS tail
  FROM tiers.current
),
moved AS (
  SELECT
    count(DISTINCT customer_id) AS customers,
    coalesce(sum(CASE WHEN segment = 'waist' THEN revenue END), 0) AS waist,
    coalesce(sum(CASE WHEN segment = 'tail' THEN revenue END), 0) AS tail
  FROM revenue.influenced
),
untouched AS (
  SELECT count(*) AS customers
  FROM tiers.current c
  LEFT JOIN (SELECT customer_id, sum(revenue) AS revenue FROM revenue.influenced GROUP BY customer_id) i ON i.customer_id = c.customer_id
  WHERE c.segment <> 'head' AND (i.customer_id IS NULL OR i.revenue <> c.revenue)
),
parts AS (
  SELECT
    'executive_led' AS part,
    1 AS position,
    head_customers AS customers,
    head AS revenue,
    CAST(0 AS DECIMAL(38, 4)) AS waist,
    CAST(0 AS DECIMAL(38, 4)) AS tail,
    t
  FROM segments
  UNION ALL
  SELECT 'ops_influenceable', 2, m.customers, m.waist + m.tail, m.waist, m.tail, s.t
  FROM moved m
  CROSS JOIN segments s
  UNION ALL
  SELECT 'rest', 3, u.customers, s.t - s.head - m.waist - m.tail, s.waist - m.waist, s.tail - m.tail, s.t
  FROM segments s
  CROSS JOIN moved m
  CROSS JOIN untouched u
)
SELECT
  part,
  position,
  customers,
  coalesce(revenue, 0) AS revenue,
  waist AS waist_revenue,
  tail AS tail_revenue,
  CASE WHEN t > 0 THEN CAST(revenue AS DOUBLE) / CAST(t AS DOUBLE) END AS share
FROM parts
