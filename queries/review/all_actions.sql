-- All lists of actions as one, with all columns of each list, so that the sentence of a reason finds its numbers. To add a list, add its
-- line below: its name, its place among actions due on one day, and what is at stake where that is another amount than the
-- customer's revenue in the window. Columns that no list had before are noted here and in review.this_week, as in the list itself.
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
-- column: balance money "Average balance: for a visit that of the month before its period, for a channel that of the last full month"
-- column: revenue money "Final revenue in the window"
-- column: n_missed count "Due periods missed in a row"
-- column: n_touches count "Contacts"
-- column: planned_min count "Planned at least"
-- column: planned_max count "Planned at most"
-- column: days_late days "Days late"
-- column: days_since_touch days "Days since the last contact"
-- column: last_on date "Last visit, contact or sale"
-- column: opted_out_on date "Opted out on"
-- column: from_channel text "Actual channel"
-- column: to_channel text "Channel by balance"
-- column: from_tier text "Tier before"
-- column: tier text "Tier now"
-- column: override_tier text "Tier set by hand"
-- column: expires_on date "Holds until"
-- column: days_left days "Days left"
-- column: days_since_sale days "Days since the last sale"
-- column: revenue_before money "Revenue before"
-- column: change money "Change of revenue"
-- column: fall ratio "Fall as a share of the revenue before"
-- column: gross_profit money "Gross profit in the window"
-- column: intent money "Old intent"
-- column: share ratio "Share of revenue, or of touches"
-- column: rank count "Rank by revenue"
-- column: revenue_recent money "Final revenue of the last full months"
-- column: revenue_year_before money "Of the same months a year before"
-- column: revenue_change ratio "Change against a year before"
-- column: usual_gap days "Median days between its sale days"
-- column: profit_rank count "Rank by gross profit"
-- column: touches count "Touches"
-- column: head_touches count "With head customers"
-- column: contract_ends_on date "Contract ends on"
-- column: oldest_on date "Oldest sold on"
-- column: n_days days "Days to the end, of age, or since the last sale"
-- column: chain_scope text "Reach of the chain"
-- column: required_level text "Level required"
-- column: owner_level text "Level of the owner"
-- column: months_with_orders count "Months with orders"
-- column: largest_order_share ratio "Share of the largest order"
-- column: days_since_order days "Days since the last order"
-- column: margin ratio "Gross profit of revenue"
-- column: portfolio_margin_median ratio "Median margin of all customers"
-- column: contribution_at_most money "Contribution at most"
-- column: n_high count "High figures of three"
-- column: list_name text "List"
-- column: system_name text "System"
-- column: target_name text "Target"
-- column: target_due_on date "Target to be covered by"
-- column: days_overdue days "Days overdue"
-- column: planned_new count "Stores to be added"
-- column: existing_stores count "Stores"
-- column: expansion_ratio ratio "Stores to be added per store"
-- column: headroom money "Headroom"
-- column: live_on date "Live on"
-- column: incremental_orders count "Orders in addition"
-- column: subsidy money "Subsidy"
-- column: subsidy_per_order money "Subsidy per order in addition"
-- column: profit_per_order money "Gross profit per order"
-- column: trainings count "Trainings in the window"
-- column: place text "City or region"
-- column: place_revenue money "Final revenue in the place"
-- column: place_share ratio "Share of the place"
-- column: place_customers count "Customers in the place"
-- column: only_line text "The only product line"
-- column: rate_effect money "Change through ARPU inside the tier"
-- column: arpu_before money "ARPU before"
-- column: arpu_after money "ARPU after"
-- column: revenue_after money "Revenue of the customer in the later month"
-- column: product_id text "Product"
-- column: product_name text "Product name"
-- column: group_name text "Group name"
-- column: annual_spend money "Revenue of a year"
-- column: tail_cap money "Tail cap"
-- column: n_tickets count "Tickets"
-- column: activations count "Activated customers"
-- column: touches_per_activation count "Contacts by people per activation"
-- column: n_branches count "Members of the group with a low spend"
-- column: n_left_out count "Found but left out of the list, of all kinds"
-- column: n_unanswered count "Questions without a reply"
-- column: waited_hours count "Hours the oldest has waited"
-- column: asked_on date "Day of the oldest"
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
