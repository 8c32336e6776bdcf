-- Customers who left in the window, the latest first: when, by which policy, with what, and why as far as their subscription says. Whoever
-- came back by the as-of date is not here. Lost is the final revenue of the twelve months up to the last sale, and the recurring
-- revenue of the last month paid for. Where subscriptions of that month give several reasons, that of the largest counts.
--
-- grain: customer_id
-- order: left_on desc, customer_id
-- empty_if_missing: revenue.mrr_by_customer, staging.subscriptions
-- check: left_on >= $window_start and left_on < $window_end
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: policy text "Judged by its subscription, or by the grace after a sale"
-- column: left_on date "Left on"
-- column: last_on date "Last sale, or first day of the last month paid for"
-- column: age_months count "Calendar months as a customer"
-- column: revenue_lost money "Final revenue of the twelve months up to the last sale"
-- column: mrr_lost money "Recurring revenue of the last month paid for"
-- column: reason text "Reason that the subscription gives"
WITH gone AS (
  SELECT customer_id, policy, left_on, last_on, age_months
  FROM churn.last_seen
  WHERE has_left AND left_on >= $window_start AND left_on < $window_end
),
sold AS (
  SELECT d.customer_id, sum(d.amount) AS revenue
  FROM value.customer_day d
  JOIN gone g ON g.customer_id = d.customer_id
  JOIN value.customers c ON c.customer_id = d.customer_id
  WHERE d.final_on > month_add(c.last_sale_on, -12)
  GROUP BY d.customer_id
),
reasons AS (
  SELECT g.customer_id, s.reason
  FROM gone g
  JOIN value.units u ON u.unit_id = g.customer_id
  JOIN staging.subscriptions s ON s.customer_id = u.customer_id AND month_start(s.month) = month_start(g.last_on)
  WHERE g.policy = 'subscription' AND NOT u.is_internal AND s.reason IS NOT NULL AND s.mrr > 0
  QUALIFY row_number() OVER (PARTITION BY g.customer_id ORDER BY s.mrr DESC, s.reason) = 1
)
SELECT
  g.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  g.policy,
  g.left_on,
  g.last_on,
  g.age_months,
  d.revenue AS revenue_lost,
  m.end_mrr AS mrr_lost,
  r.reason
FROM gone g
JOIN value.customers c ON c.customer_id = g.customer_id
LEFT JOIN sold d ON d.customer_id = g.customer_id
LEFT JOIN revenue.mrr_by_customer m ON m.customer_id = g.customer_id AND m.month = g.last_on AND g.policy = 'subscription'
LEFT JOIN reasons r ON r.customer_id = g.customer_id
