-- Concentration of revenue at past month-ends, each over its twelve months and by the rule that was valid then.
-- A month-end is marked when its twelve months begin before the first revenue: it then stands on less than a year.
--
-- grain: month_end
-- check: hhi > 0 and hhi <= 1
-- column: month_end date "Month-end"
-- column: customers count "Customers above zero"
-- column: total money "Revenue of customers above zero"
-- column: k80_customers count "Customers who bring 80 %"
-- column: k80_customer_share ratio "Share of customers who bring 80 %"
-- column: top20_share ratio "Share of the largest 20 %"
-- column: hhi ratio "Herfindahl index (0 to 1)"
-- column: hhi_points count "Herfindahl index in points (0 to 10,000)"
-- column: effective_customers ratio "Effective number of customers"
-- column: cr1 ratio "Share of the largest customer"
-- column: cr5 ratio "Share of the largest 5"
-- column: cr10 ratio "Share of the largest 10"
-- column: is_short_history bool "Its twelve months begin before the first revenue"
WITH ranked AS (
  SELECT
    h.month_end,
    h.rank,
    h.revenue,
    h.revenue_ahead,
    h.total_revenue,
    count(h.rank) OVER (PARTITION BY h.month_end) AS n
  FROM tiers.history h
),
sums AS (
  SELECT
    r.month_end,
    count(r.rank) AS n,
    max(r.total_revenue) AS t,
    sum(CASE WHEN r.revenue_ahead < p.value_share * r.total_revenue THEN 1 ELSE 0 END) AS k80_n,
    sum(CASE WHEN r.rank - 1 < p.customer_share * r.n THEN r.revenue END) AS top_v,
    sum(CASE WHEN r.rank IS NOT NULL THEN r.revenue * r.revenue END) AS squares,
    sum(CASE WHEN r.rank <= 1 THEN r.revenue END) AS v1,
    sum(CASE WHEN r.rank <= 5 THEN r.revenue END) AS v5,
    sum(CASE WHEN r.rank <= 10 THEN r.revenue END) AS v10
  FROM ranked r
  JOIN rules.pareto p
    ON (p.valid_from IS NULL OR p.valid_from <= r.month_end) AND (p.valid_to IS NULL OR p.valid_to > r.month_end)
  GROUP BY r.month_end
)
SELECT
  month_end,
  n AS customers,
  coalesce(t, 0) AS total,
  k80_n AS k80_customers,
  CAST(k80_n AS DOUBLE) / NULLIF(n, 0) AS k80_customer_share,
  CAST(top_v AS DOUBLE) / CAST(t AS DOUBLE) AS top20_share,
  CAST(squares AS DOUBLE) / CAST(t * t AS DOUBLE) AS hhi,
  CAST(round(CAST(squares AS DOUBLE) / CAST(t * t AS DOUBLE) * 10000) AS BIGINT) AS hhi_points,
  CAST(t * t AS DOUBLE) / CAST(squares AS DOUBLE) AS effective_customers,
  CAST(v1 AS DOUBLE) / CAST(t AS DOUBLE) AS cr1,
  CAST(v5 AS DOUBLE) / CAST(t AS DOUBLE) AS cr5,
  CAST(v10 AS DOUBLE) / CAST(t AS DOUBLE) AS cr10,
  f.first_month > month_add(month_start(month_end), -11) AS is_short_history
FROM sums
CROSS JOIN (SELECT min(month) AS first_month FROM value.months) f
