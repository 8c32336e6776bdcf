-- Who is in the number of customers that every share refers to, and who is not. Each customer is in one line.
-- The active ones have final revenue above zero in the window; they alone are N. Those at zero or below have final revenue in it too.
-- The dormant ones bought before the window and not since; the later ones have final revenue after it, and none in it.
-- Prospects never had any. Internal customers are our own and test accounts, which every other table leaves out.
--
-- grain: line
-- order: position
-- total: sum(customers) = (select sum(n_customers + n_internal) from value.control)
-- total: sum(case when is_in_n then revenue end) = (select sum(ranked_total) from value.control)
-- total: sum(case when line <> 'internal' then revenue end) = (select sum(window_total) from value.control)
-- column: line text "Customers"
-- column: position count "Position"
-- column: is_in_n bool "Counted in N"
-- column: customers count "Customers"
-- column: young_customers count "Of these younger than the window"
-- column: revenue money "Final revenue in the window"
-- column: last_sale_on date "Latest final sale"
WITH lines AS (
  SELECT * FROM (VALUES ('active', 1), ('non_positive', 2), ('dormant', 3), ('later', 4), ('prospect', 5), ('internal', 6)) AS l (line, position)
),
days AS (
  SELECT
    CASE WHEN u.is_internal THEN u.customer_id ELSE u.unit_id END AS customer_id,
    u.is_internal,
    sum(CASE WHEN d.final_on >= $window_start AND d.final_on < $window_end THEN d.amount END) AS revenue,
    min(CASE WHEN d.n_sale_lines > 0 THEN d.final_on END) AS first_sale_on,
    max(CASE WHEN d.n_sale_lines > 0 THEN d.final_on END) AS last_sale_on,
    max(d.final_on) AS last_final_on
  FROM value.units u
  LEFT JOIN revenue.customer_day d ON d.customer_id = u.customer_id
  GROUP BY CASE WHEN u.is_internal THEN u.customer_id ELSE u.unit_id END, u.is_internal
),
placed AS (
  SELECT
    CASE
      WHEN is_internal THEN 'internal'
      WHEN revenue > 0 THEN 'active'
      WHEN revenue <= 0 THEN 'non_positive'
      WHEN last_final_on >= $window_end THEN 'later'
      WHEN last_final_on IS NOT NULL THEN 'dormant'
      ELSE 'prospect'
    END AS line,
    revenue,
    last_sale_on,
    CASE WHEN revenue IS NOT NULL AND first_sale_on > $window_start THEN 1 ELSE 0 END AS is_young
  FROM days
)
SELECT
  l.line,
  l.position,
  l.line = 'active' AS is_in_n,
  count(p.line) AS customers,
  coalesce(sum(p.is_young), 0) AS young_customers,
  coalesce(sum(p.revenue), 0) AS revenue,
  max(p.last_sale_on) AS last_sale_on
FROM lines l
LEFT JOIN placed p ON p.line = l.line
GROUP BY l.line, l.position
