-- Final revenue per analysis unit and day, internal customers left out: the base of value, tiers, ARPU and churn.
-- From here on `customer_id` is the id of the unit: the customer itself, or the root of its group.
--
-- grain: customer_id, final_on
-- total: sum(amount) = (select sum(external_total) from value.control)
-- column: customer_id text "Customer"
-- column: final_on date "Day"
-- column: amount money "Final revenue"
-- column: gross_profit money "Gross profit"
-- column: n_orders count "Orders with a line above zero"
-- column: n_lines count "Lines"
-- column: n_sale_lines count "Lines with an amount above zero"
-- column: n_costless_lines count "Lines without a cost"
SELECT
  u.unit_id AS customer_id,
  d.final_on,
  sum(d.amount) AS amount,
  CASE WHEN sum(d.n_costless_lines) = 0 THEN sum(d.gross_profit) END AS gross_profit,
  sum(d.n_orders) AS n_orders,
  sum(d.n_lines) AS n_lines,
  sum(d.n_sale_lines) AS n_sale_lines,
  sum(d.n_costless_lines) AS n_costless_lines
FROM revenue.customer_day d
JOIN value.units u ON u.customer_id = d.customer_id
WHERE NOT u.is_internal
GROUP BY u.unit_id, d.final_on
