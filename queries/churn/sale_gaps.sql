-- Days on which each customer bought, with the days since it bought before and the day on which it bought next.
--
-- grain: customer_id, final_on
-- check: gap_days > 0
-- check: next_on > final_on
-- column: customer_id text "Customer"
-- column: final_on date "Day with a final line above zero"
-- column: gap_days days "Days since the day before on which it bought"
-- column: next_on date "Next day on which it bought"
-- column: n_gaps count "Gaps up to this day"
SELECT
  customer_id,
  final_on,
  final_on - lag(final_on) OVER (PARTITION BY customer_id ORDER BY final_on) AS gap_days,
  lead(final_on) OVER (PARTITION BY customer_id ORDER BY final_on) AS next_on,
  CAST(row_number() OVER (PARTITION BY customer_id ORDER BY final_on) AS BIGINT) - 1 AS n_gaps
FROM value.customer_day
WHERE n_sale_lines > 0
