-- Final revenue per customer and day: the base that value, tiers, ARPU and cohorts are built from.
-- The first step groups the sales alone; contracts are joined to its result. The policy for contracts is that of revenue.final.
-- Gross profit is revenue less cost, and is empty when any line of the day lacks a cost.
--
-- empty_if_missing: revenue.contract_closings, revenue.instalments
-- grain: customer_id, final_on
-- check: final_on <= $as_of
-- total: sum(amount) = (select sum(amount) from revenue.final)
-- column: customer_id text "Customer"
-- column: final_on date "Day"
-- column: amount money "Final revenue"
-- column: gross_profit money "Gross profit"
-- column: n_orders count "Orders with a line above zero"
-- column: n_lines count "Lines"
-- column: n_sale_lines count "Lines with an amount above zero"
-- column: n_costless_lines count "Lines without a cost"
WITH sold AS (
  SELECT
    customer_id,
    sold_on,
    state,
    contract_id,
    order_id,
    sum(amount) AS amount,
    sum(cost) AS cost,
    count(*) AS n_lines,
    count(cost) AS n_costed_lines,
    sum(CASE WHEN amount > 0 THEN 1 ELSE 0 END) AS n_sale_lines
  FROM staging.sales
  GROUP BY customer_id, sold_on, state, contract_id, order_id
),
final AS (
  SELECT
    s.customer_id,
    CASE WHEN c.contract_id IS NULL THEN s.sold_on ELSE greatest(s.sold_on, c.closed_on) END AS final_on,
    s.order_id,
    s.amount,
    s.cost,
    s.n_lines,
    s.n_costed_lines,
    s.n_sale_lines
  FROM sold s
  LEFT JOIN revenue.contract_closings c ON c.contract_id = s.contract_id
  WHERE CASE
    WHEN c.contract_id IS NULL THEN s.state IN ('final', 'refund')
    ELSE $revenue_policy = 'closing' AND c.closed_on IS NOT NULL
  END
  UNION ALL
  SELECT
    p.customer_id,
    p.paid_on AS final_on,
    'payment ' || p.payment_id AS order_id,
    p.amount,
    CAST(NULL AS DECIMAL(18, 4)) AS cost,
    1 AS n_lines,
    0 AS n_costed_lines,
    CASE WHEN p.amount > 0 THEN 1 ELSE 0 END AS n_sale_lines
  FROM revenue.instalments p
  WHERE $revenue_policy = 'instalments'
)
SELECT
  customer_id,
  final_on,
  sum(amount) AS amount,
  CASE WHEN sum(n_lines) = sum(n_costed_lines) THEN sum(amount) - sum(cost) END AS gross_profit,
  count(DISTINCT CASE WHEN n_sale_lines > 0 THEN order_id END) AS n_orders,
  sum(n_lines) AS n_lines,
  sum(n_sale_lines) AS n_sale_lines,
  sum(n_lines) - sum(n_costed_lines) AS n_costless_lines
FROM final
GROUP BY customer_id, final_on
