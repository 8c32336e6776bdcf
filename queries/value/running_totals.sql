-- Running total of final revenue per customer, line by line in the order in which the lines became final.
-- Internal customers are left out; every other final line appears once. A line that comes late, or is paid back, changes every
-- later total of its customer. The last total of each customer is set against a plain sum in value.last_totals. As many lines come
-- out as go in. A line without an amount is not left out in silence: it stops the run (staging.sales).
--
-- grain: order_id, line_no
-- order: customer_id, final_on, order_id, line_no
-- total: count(*) = (select sum(n_lines) from value.customer_day)
-- total: sum(amount) = (select sum(amount) from value.customer_day)
-- total: sum(case when is_last then running_total end) = (select sum(amount) from value.customer_day)
-- column: order_id text "Order"
-- column: line_no count "Line"
-- column: customer_id text "Customer"
-- column: final_on date "Final on"
-- column: amount money "Final revenue"
-- column: running_total money "Running total of the customer"
-- column: is_last bool "The last line of the customer"
SELECT
  f.order_id,
  f.line_no,
  u.unit_id AS customer_id,
  f.final_on,
  f.amount,
  sum(f.amount) OVER (PARTITION BY u.unit_id ORDER BY f.final_on, f.order_id, f.line_no ROWS UNBOUNDED PRECEDING) AS running_total,
  lead(f.order_id) OVER (PARTITION BY u.unit_id ORDER BY f.final_on, f.order_id, f.line_no) IS NULL AS is_last
FROM revenue.final f
JOIN value.units u ON u.customer_id = f.customer_id
WHERE NOT u.is_internal
