-- Whom scores are for: on each day of scores.days the customers who had bought by then and had not left (churn.last_seen).
--
-- grain: scored_on, customer_id
-- column: scored_on date "Day"
-- column: customer_id text "Customer"
-- column: started_on date "Customer since"
SELECT d.scored_on, l.customer_id, l.started_on
FROM churn.last_seen l
JOIN scores.days d ON l.started_on <= d.scored_on AND NOT (l.has_left AND l.left_on <= d.scored_on)
