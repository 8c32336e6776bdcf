-- How often, how recently and for how much each customer bought, over all history up to the as-of date: what the purchase
-- models are fitted to. A purchase is a day with a final line above zero; several orders of a day are one purchase, and it
-- stays one when it is refunded later. Frequency counts repeat purchases, those after the first one. Recency is the time from
-- the first purchase to the last, and age that from the first purchase to the as-of date, both in weeks of seven days.
-- The amount of a purchase is the final revenue of its day, refunds of that very day taken off.
--
-- grain: customer_id
-- check: frequency >= 0
-- check: recency >= 0 and recency <= age
-- check: (frequency = 0) = (recency = 0)
-- total: sum(amount) = (select sum(amount) from value.customer_day where n_sale_lines > 0)
-- column: customer_id text "Customer"
-- column: first_sale_on date "First purchase"
-- column: last_sale_on date "Last purchase"
-- column: frequency count "Repeat purchases"
-- column: recency count "Weeks from the first purchase to the last"
-- column: age count "Weeks since the first purchase"
-- column: amount money "Final revenue of all purchases"
-- column: repeat_amount money "Final revenue of repeat purchases"
-- column: repeat_value money "Final revenue of a repeat purchase, on average"
WITH buyers AS (
  SELECT
    customer_id,
    min(final_on) AS first_sale_on,
    max(final_on) AS last_sale_on,
    count(*) - 1 AS frequency,
    sum(amount) AS amount,
    sum(amount) - first_value(amount ORDER BY final_on) AS repeat_amount
  FROM value.customer_day
  WHERE n_sale_lines > 0
  GROUP BY customer_id
)
SELECT
  customer_id,
  first_sale_on,
  last_sale_on,
  frequency,
  CAST(last_sale_on - first_sale_on AS DOUBLE) / 7 AS recency,
  CAST($as_of - first_sale_on AS DOUBLE) / 7 AS age,
  amount,
  repeat_amount,
  CAST(repeat_amount AS DOUBLE) / NULLIF(frequency, 0) AS repeat_value
FROM buyers
