-- The last running total of every customer beside the plain sum of its final revenue: the proof that the running totals lose nothing.
--
-- grain: customer_id
-- check: last_total is not null and plain_sum is not null and last_total = plain_sum
-- total: sum(last_total) = (select sum(external_total) from value.control)
-- column: customer_id text "Customer"
-- column: last_on date "Last line on"
-- column: last_total money "Last running total"
-- column: plain_sum money "Plain sum of final revenue"
WITH last_lines AS (
  SELECT customer_id, final_on, running_total FROM value.running_totals WHERE is_last
),
sums AS (
  SELECT customer_id, sum(amount) AS amount FROM value.customer_day GROUP BY customer_id
)
SELECT
  coalesce(l.customer_id, s.customer_id) AS customer_id,
  l.final_on AS last_on,
  l.running_total AS last_total,
  s.amount AS plain_sum
FROM last_lines l
FULL OUTER JOIN sums s ON s.customer_id = l.customer_id
