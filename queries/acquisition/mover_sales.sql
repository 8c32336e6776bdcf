-- Revenue behind movers: final revenue of their new customers by day, from the day of the move on, within the longest horizon
-- (rules.pay_off_horizons). A day's revenue goes to the last mover who had come to the customer by then, so that it counts once.
--
-- grain: customer_id, final_on
-- check: final_on >= moved_on
-- check: months_since >= 0
-- column: customer_id text "New customer"
-- column: final_on date "Day"
-- column: person_id text "Mover"
-- column: moved_on date "Moved on"
-- column: months_since count "Full months since the move"
-- column: revenue money "Final revenue"
WITH longest AS (
  SELECT max(horizon_months) AS n
  FROM rules.pay_off_horizons
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  d.customer_id,
  d.final_on,
  m.person_id,
  m.moved_on,
  months_between(m.moved_on, d.final_on)
  - CASE WHEN month_add(m.moved_on, months_between(m.moved_on, d.final_on)) > d.final_on THEN 1 ELSE 0 END AS months_since,
  d.amount AS revenue
FROM value.customer_day d
JOIN acquisition.moves m ON m.to_customer_id = d.customer_id AND m.move_state = 'mover' AND m.moved_on <= d.final_on
CROSS JOIN longest l
WHERE d.final_on < month_add(m.moved_on, l.n)
QUALIFY row_number() OVER (PARTITION BY d.customer_id, d.final_on ORDER BY m.moved_on DESC, m.person_id) = 1
