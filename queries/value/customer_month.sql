-- Final revenue per customer and calendar month, over all history. A customer is active in a month with at least one
-- final line above zero.
--
-- grain: customer_id, month
-- total: sum(amount) = (select sum(amount) from value.customer_day)
-- column: customer_id text "Customer"
-- column: month month "Month"
-- column: amount money "Final revenue"
-- column: gross_profit money "Gross profit"
-- column: n_orders count "Orders, an order of several days counted on each"
-- column: n_lines count "Lines"
-- column: n_costless_lines count "Lines without a cost"
-- column: is_active bool "Active in the month"
SELECT
  customer_id,
  month_start(final_on) AS month,
  sum(amount) AS amount,
  CASE WHEN sum(n_costless_lines) = 0 THEN sum(gross_profit) END AS gross_profit,
  sum(n_orders) AS n_orders,
  sum(n_lines) AS n_lines,
  sum(n_costless_lines) AS n_costless_lines,
  sum(n_sale_lines) > 0 AS is_active
FROM value.customer_day
GROUP BY customer_id, month_start(final_on)
