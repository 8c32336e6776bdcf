-- The list that a sales team works with: every customer with final revenue in the window, its owner, the tier that applies, how
-- the tier moved between the two month-ends of tiers.changes, revenue, the last sale, and what to do next. That is the action
-- that is due first of all lists of actions; of those due on one day the one of the list that comes first here.
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
WITH actions AS (
  SELECT customer_id, action, due_on, position, 1 AS list FROM coverage.actions WHERE customer_id IS NOT NULL
  UNION ALL SELECT customer_id, action, due_on, position, 2 FROM tiers.actions WHERE customer_id IS NOT NULL
  UNION ALL SELECT customer_id, action, due_on, position, 3 FROM value.actions WHERE customer_id IS NOT NULL
  UNION ALL SELECT customer_id, action, due_on, position, 4 FROM key_accounts.actions WHERE customer_id IS NOT NULL
  UNION ALL SELECT customer_id, action, due_on, position, 5 FROM key_accounts.next_actions WHERE customer_id IS NOT NULL
  UNION ALL SELECT customer_id, action, due_on, position, 6 FROM arpu.actions WHERE customer_id IS NOT NULL
  UNION ALL SELECT customer_id, action, due_on, position, 7 FROM tail.actions WHERE customer_id IS NOT NULL
),
numbered AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY customer_id ORDER BY due_on, list, position) AS place,
    count(*) OVER (PARTITION BY customer_id) AS n_actions
  FROM actions
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
LEFT JOIN numbered a ON a.customer_id = t.customer_id AND a.place = 1
