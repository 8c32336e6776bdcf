-- All lists of actions as one. A list is one line below: its name, its order among actions due on one day, what is at stake where
-- that is another amount than the customer's revenue in the window, and its rows. Columns of a list that are
-- amounts or days but not exact numbers are named in this header, so that the sentence of the reason shows them as such.
--
-- grain: list, list_position
-- order: list_order, list_position
-- empty_if_missing: value.actions, tiers.actions, key_accounts.actions, key_accounts.next_actions, tail.actions, arpu.actions,
--   coverage.actions, community.actions
-- check: due_on is not null
-- column: list text "List"
-- column: list_order count "Order of the list"
-- column: list_position count "Position in its list"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name, or that of a target or a product"
-- column: owner_id text "Who is to act"
-- column: owner_name text "Owner name"
-- column: action text "What to do"
-- column: why text "Why"
-- column: due_on date "By"
-- column: at_stake money "Money at stake"
-- column: arpu_before money "ARPU before"
-- column: arpu_after money "ARPU after"
-- column: usual_gap days "Median days between its sale days"
-- column: subsidy_per_order money "Subsidy per order in addition"
-- column: profit_per_order money "Gross profit per order"
-- column: touches_per_activation count "Contacts by people per activation"
WITH lists AS (
  SELECT 'coverage' AS list, 1 AS list_order, revenue AS own_stake, * FROM coverage.actions
  UNION ALL BY NAME SELECT 'tiers' AS list, 2 AS list_order, greatest(revenue, coalesce(revenue_before, 0)) AS own_stake, * FROM tiers.actions
  UNION ALL BY NAME SELECT 'value' AS list, 3 AS list_order, intent AS own_stake, * FROM value.actions
  UNION ALL BY NAME SELECT 'key_accounts' AS list, 4 AS list_order, revenue AS own_stake, * FROM key_accounts.actions
  UNION ALL BY NAME SELECT 'key_accounts_next' AS list, 5 AS list_order, coalesce(subsidy, headroom) AS own_stake, * FROM key_accounts.next_actions
  UNION ALL BY NAME SELECT 'arpu' AS list, 6 AS list_order, revenue AS own_stake, * FROM arpu.actions
  UNION ALL BY NAME SELECT 'tail' AS list, 7 AS list_order, coalesce(annual_spend, revenue) AS own_stake, * FROM tail.actions
  UNION ALL BY NAME SELECT 'community' AS list, 8 AS list_order, revenue AS own_stake, * FROM community.actions
)
SELECT
  l.* EXCEPT (own_stake, position, customer_name),
  l.position AS list_position,
  coalesce(l.customer_name, l.target_name, l.product_name) AS customer_name,
  coalesce(l.own_stake, v.revenue) AS at_stake
FROM lists l
LEFT JOIN value.contribution v ON v.customer_id = l.customer_id
