-- Final revenue, gross profit, orders and active customers in each period of review.spans, from one pass over value.customer_day.
-- Gross profit is empty for a period with a line without a cost. A period that begins before the month of the first revenue is not
-- known, and left out.
--
-- grain: span, k
-- total: coalesce(sum(case when span = 'full_month' then revenue end), 0) = (select coalesce(sum(m.revenue), 0) from arpu.monthly m join review.spans s on s.span = 'full_month' and s.period_start = m.month)
-- column: span text "Kind of period"
-- column: k count "How many periods back"
-- column: revenue money "Final revenue"
-- column: gross_profit money "Gross profit"
-- column: orders count "Orders, an order of several days counted on each"
-- column: active_customers count "Active customers"
WITH placed AS (
  SELECT s.span, s.k, d.customer_id, d.amount, d.gross_profit, d.n_orders, d.n_sale_lines, d.n_costless_lines
  FROM value.customer_day d
  CROSS JOIN (VALUES ('day'), ('week'), ('month'), ('full_month')) AS b (span)
  JOIN review.spans s
    ON s.span = b.span
    AND s.period_start = CASE b.span WHEN 'day' THEN d.final_on WHEN 'week' THEN week_start(d.final_on) ELSE month_start(d.final_on) END
  WHERE d.final_on >= month_add(month_start($as_of), -13) AND d.final_on <= s.period_end
),
sums AS (
  SELECT
    span,
    k,
    sum(amount) AS revenue,
    CASE WHEN sum(n_costless_lines) = 0 THEN sum(gross_profit) END AS gross_profit,
    sum(n_orders) AS orders,
    count(DISTINCT CASE WHEN n_sale_lines > 0 THEN customer_id END) AS active_customers
  FROM placed
  GROUP BY span, k
)
SELECT
  s.span,
  s.k,
  coalesce(a.revenue, 0) AS revenue,
  -- Nothing sold earns nothing; where no cost is known at all, that is not known either.
  CASE WHEN a.revenue IS NULL AND c.is_known THEN 0 ELSE a.gross_profit END AS gross_profit,
  coalesce(a.orders, 0) AS orders,
  coalesce(a.active_customers, 0) AS active_customers
FROM review.spans s
CROSS JOIN (SELECT min(month) AS first_month FROM value.months) m
CROSS JOIN (SELECT count(gross_profit) > 0 AS is_known FROM sums) c
LEFT JOIN sums a ON a.span = s.span AND a.k = s.k
WHERE s.period_start >= m.first_month
