-- Customers ranked by final revenue in the window, with the cumulative share that decides the 80 %.
-- A customer belongs to the 80 % when the customers ahead of it have not yet reached that share of the total; the one that
-- crosses the line is in. Customers at zero or below have no rank and no cumulative figures and are never in.
-- Gross profit uses the cost of the sales lines and is empty when any line lacks it. Only when no line in the project has
-- a cost are the monthly costs per customer used, for windows of whole months, and only for customers whose every
-- month with sales has one. In a group that is asked of each member by itself.
-- A customer whose first sale came after the first day of the window is younger than the window. What it would bring in a year is
-- its revenue by the exact days since that sale, against the days of the year that ends with the window; it is left out while
-- the customer is too young to be rated (rules.tier_days). For older customers it is their revenue of the window by its days.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- empty_if_missing: staging.costs
-- check: cumulative_share between 0 and 1
-- check: (rank is null) = (revenue <= 0)
-- check: not (in_k80 and revenue <= 0)
-- total: sum(revenue) = (select sum(window_total) from value.control)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: region text "Region"
-- column: city text "City"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: revenue money "Final revenue in the window"
-- column: gross_profit money "Gross profit in the window"
-- column: rank count "Rank by revenue"
-- column: cumulative_revenue money "Revenue of this customer and all ahead of it"
-- column: share ratio "Share of the revenue of all customers above zero"
-- column: cumulative_share ratio "Cumulative share"
-- column: in_k80 bool "Among the customers who bring 80 % of revenue"
-- column: profit_rank count "Rank by gross profit"
-- column: in_k80_profit bool "Among the customers who bring 80 % of gross profit"
-- column: n_orders count "Orders, an order of several days counted on each"
-- column: first_sale_on date "First final sale"
-- column: last_sale_on date "Last final sale"
-- column: is_young bool "Younger than the window"
-- column: annualised_revenue money "Revenue of a year at this pace"
-- column: young_annualised money "Revenue of a year at this pace, of customers younger than the window"
WITH has_line_cost AS (
  SELECT CASE WHEN sum(n_lines) > sum(n_costless_lines) THEN true ELSE false END AS has_line_cost
  FROM revenue.customer_day
),
unit_cost AS (
  SELECT u.unit_id, c.customer_id, month_start(c.month) AS month, sum(c.cogs) AS cogs
  FROM staging.costs c
  JOIN value.units u ON u.customer_id = c.customer_id
  WHERE NOT u.is_internal AND c.cogs IS NOT NULL
    AND c.month >= $window_start AND c.month < $window_end
    AND month_start($window_start) = $window_start AND month_start($window_end) = $window_end
  GROUP BY u.unit_id, c.customer_id, month_start(c.month)
),
member_month AS (
  SELECT DISTINCT u.unit_id, d.customer_id, month_start(d.final_on) AS month
  FROM revenue.customer_day d
  JOIN value.units u ON u.customer_id = d.customer_id
  WHERE NOT u.is_internal AND d.final_on >= $window_start AND d.final_on < $window_end
),
month_cost AS (
  SELECT
    coalesce(m.unit_id, c.unit_id) AS customer_id,
    sum(c.cogs) AS cogs,
    sum(CASE WHEN m.month IS NOT NULL AND c.month IS NULL THEN 1 ELSE 0 END) AS n_costless_months
  FROM member_month m
  FULL OUTER JOIN unit_cost c ON c.customer_id = m.customer_id AND c.month = m.month
  GROUP BY coalesce(m.unit_id, c.unit_id)
),
acc AS (
  SELECT
    customer_id,
    sum(amount) AS revenue,
    CASE WHEN sum(n_costless_lines) = 0 THEN sum(gross_profit) END AS line_profit,
    sum(n_orders) AS n_orders
  FROM value.customer_day
  WHERE final_on >= $window_start AND final_on < $window_end
  GROUP BY customer_id
),
profit AS (
  SELECT
    a.customer_id,
    a.revenue,
    a.n_orders,
    CASE
      WHEN h.has_line_cost THEN a.line_profit
      WHEN c.n_costless_months = 0 THEN a.revenue - c.cogs
    END AS gross_profit
  FROM acc a
  CROSS JOIN has_line_cost h
  LEFT JOIN month_cost c ON c.customer_id = a.customer_id
),
ranked AS (
  SELECT
    customer_id,
    revenue,
    gross_profit,
    n_orders,
    row_number() OVER (PARTITION BY revenue > 0 ORDER BY revenue DESC, customer_id) AS revenue_rank,
    sum(revenue) OVER (PARTITION BY revenue > 0 ORDER BY revenue DESC, customer_id ROWS UNBOUNDED PRECEDING) AS revenue_cum,
    sum(revenue) OVER (PARTITION BY revenue > 0) AS revenue_total,
    row_number() OVER (PARTITION BY coalesce(gross_profit > 0, false) ORDER BY gross_profit DESC, customer_id) AS profit_rank,
    sum(gross_profit) OVER (PARTITION BY coalesce(gross_profit > 0, false) ORDER BY gross_profit DESC, customer_id ROWS UNBOUNDED PRECEDING) AS profit_cum,
    sum(gross_profit) OVER (PARTITION BY coalesce(gross_profit > 0, false)) AS profit_total
  FROM profit
),
rule AS (
  SELECT p.value_share, d.unrated_days
  FROM rules.pareto p
  CROSS JOIN rules.tier_days d
  WHERE (p.valid_from IS NULL OR p.valid_from <= $as_of) AND (p.valid_to IS NULL OR p.valid_to > $as_of)
    AND (d.valid_from IS NULL OR d.valid_from <= $as_of) AND (d.valid_to IS NULL OR d.valid_to > $as_of)
)
SELECT
  r.customer_id,
  c.customer_name,
  c.region,
  c.city,
  c.owner_id,
  c.owner_name,
  r.revenue,
  r.gross_profit,
  CASE WHEN r.revenue > 0 THEN CAST(r.revenue_rank AS BIGINT) END AS rank,
  CASE WHEN r.revenue > 0 THEN r.revenue_cum END AS cumulative_revenue,
  CASE WHEN r.revenue > 0 THEN CAST(r.revenue AS DOUBLE) / CAST(r.revenue_total AS DOUBLE) END AS share,
  CASE WHEN r.revenue > 0 THEN CAST(r.revenue_cum AS DOUBLE) / CAST(r.revenue_total AS DOUBLE) END AS cumulative_share,
  r.revenue > 0 AND r.revenue_cum - r.revenue < p.value_share * r.revenue_total AS in_k80,
  CASE WHEN r.gross_profit > 0 THEN CAST(r.profit_rank AS BIGINT) END AS profit_rank,
  CASE
    WHEN r.gross_profit IS NOT NULL
    THEN r.gross_profit > 0 AND r.profit_cum - r.gross_profit < p.value_share * r.profit_total
  END AS in_k80_profit,
  r.n_orders,
  c.first_sale_on,
  c.last_sale_on,
  CASE WHEN c.first_sale_on > $window_start THEN true ELSE false END AS is_young,
  CASE
    WHEN r.revenue > 0 AND $window_end - 1 - c.first_sale_on >= p.unrated_days
    THEN CAST(r.revenue * ($window_end - month_add($window_end, -12)) / ($window_end - greatest(c.first_sale_on, $window_start)) AS DECIMAL(38, 4))
  END AS annualised_revenue,
  CASE
    WHEN c.first_sale_on > $window_start AND r.revenue > 0 AND $window_end - 1 - c.first_sale_on >= p.unrated_days
    THEN CAST(r.revenue * ($window_end - month_add($window_end, -12)) / ($window_end - c.first_sale_on) AS DECIMAL(38, 4))
  END AS young_annualised
FROM ranked r
CROSS JOIN rule p
JOIN value.customers c ON c.customer_id = r.customer_id
