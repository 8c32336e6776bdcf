-- The list that a sales team works with: every customer with final revenue in the window, its owner, the tier that applies, how
-- the tier moved between the two month-ends of tiers.changes, revenue, the last sale, and what to do next. That is the action
-- that is due first of all lists of actions; of those due on one day the one of the list that comes first in
-- review.all_actions.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- total: sum(revenue) = (select sum(revenue) from tiers.current)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: region text "Region"
-- column: city text "City"
-- column: segment text "Segment"
-- column: effective_tier text "Tier that applies"
-- column: from_tier text "Tier before, where it moved"
-- column: direction text "How the tier moved"
-- column: revenue money "Final revenue in the window"
-- column: share ratio "Share of the revenue of all customers above zero"
-- column: rank count "Rank by revenue"
-- column: gross_profit money "Gross profit in the window"
-- column: last_sale_on date "Last final sale"
-- column: days_since_sale days "Days since the last sale"
-- column: next_action text "What to do next"
-- column: due_on date "By"
-- column: n_actions count "Actions in all lists"
WITH numbered AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY customer_id ORDER BY due_on, list_order, list_position) AS action_place,
    count(*) OVER (PARTITION BY customer_id) AS n_actions
  FROM review.all_actions
  WHERE customer_id IS NOT NULL
)
SELECT
  t.customer_id,
  t.customer_name,
  t.owner_id,
  t.owner_name,
  t.region,
  t.city,
  t.segment,
  t.effective_tier,
  c.from_tier,
  c.direction,
  t.revenue,
  v.share,
  t.rank,
  t.gross_profit,
  t.last_sale_on,
  t.days_since_sale,
  a.action AS next_action,
  a.due_on,
  coalesce(a.n_actions, 0) AS n_actions
FROM tiers.current t
JOIN value.contribution v ON v.customer_id = t.customer_id
LEFT JOIN tiers.changes c ON c.customer_id = t.customer_id
LEFT JOIN numbered a ON a.customer_id = t.customer_id AND a.action_place = 1
