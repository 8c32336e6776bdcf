-- Customers who have left within the month-ends of health.history, with the last health they had: they are no longer in the population,
-- and their last score stays as it was at the last month-end before they left. When a customer has left: churn.last_seen.
--
-- grain: customer_id
-- order: left_on desc, revenue_before desc, customer_id
-- check: scored_on < left_on
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: left_on date "Left on"
-- column: scored_on date "Last judged on"
-- column: state text "Last health"
-- column: signals_available count "Signals known"
-- column: signals_negative count "Signals negative"
-- column: revenue_before money "Final revenue of the twelve months to that day"
WITH gone AS (
  SELECT s.customer_id, l.left_on, max(s.scored_on) AS scored_on
  FROM health.scores s
  JOIN churn.last_seen l ON l.customer_id = s.customer_id
  WHERE l.has_left
  GROUP BY s.customer_id, l.left_on
)
SELECT
  g.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  g.left_on,
  g.scored_on,
  s.state,
  s.signals_available,
  s.signals_negative,
  coalesce(h.revenue, 0) AS revenue_before
FROM gone g
JOIN health.scores s ON s.customer_id = g.customer_id AND s.scored_on = g.scored_on
JOIN value.customers c ON c.customer_id = g.customer_id
LEFT JOIN tiers.history h ON h.month_end = g.scored_on AND h.customer_id = g.customer_id
