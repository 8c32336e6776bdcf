-- The figures of the tiers page in one row: how the upper two tiers stand, tiers set by hand, tiers not yet confirmed, new and dormant
-- customers, moves between the tiers and what moved them. Moves and churn are empty when the history does not reach back.
-- A company without a table of tiers set by hand has none.
--
-- grain: as_of
-- empty_if_missing: tiers.override_list
-- check: is_top_share_reached
-- check: n_expiring_overrides <= n_overrides
-- total: sum(revenue) = (select sum(revenue) from tiers.current)
-- total: sum(customers) = (select sum(customers) from tiers.summary)
-- column: as_of date "As of"
-- column: customers count "Customers with final revenue in the window"
-- column: revenue money "Final revenue in the window"
-- column: top_customers count "Customers in the upper two tiers"
-- column: top_customers_share ratio "Share of customers in the upper two tiers"
-- column: top_revenue money "Final revenue of the upper two tiers"
-- column: top_revenue_share ratio "Share of the upper two tiers in the revenue of customers above zero"
-- column: top_share_wanted ratio "The share that the cuts give to the upper two tiers at least"
-- column: is_top_share_reached bool "The upper two tiers bring that share"
-- column: top_churn_base count "Customers in the upper two tiers twelve months before"
-- column: top_churned count "Customers of the upper two tiers twelve months before who have left"
-- column: top_churn_rate ratio "Share of the upper two tiers twelve months before that has left"
-- column: n_overrides count "Tiers set by hand in force"
-- column: n_expired_overrides count "Tiers set by hand that have expired"
-- column: n_expiring_overrides count "Tiers set by hand that expire soon"
-- column: next_expiry_on date "The next one expires on"
-- column: expiring_revenue money "Final revenue of customers whose tier set by hand expires soon"
-- column: n_needless_overrides count "Tiers set by hand that the formula gives as well, without a reason"
-- column: n_applied_differs count "Customers to whom another tier applies than that of the formula"
-- column: n_provisional count "Customers whose tier is not confirmed yet"
-- column: n_provisional_up count "Customers on the way up whose tier is not confirmed yet"
-- column: n_provisional_down count "Customers on the way down whose tier is not confirmed yet"
-- column: n_unrated count "New customers, too young to be rated"
-- column: n_dormant count "Dormant customers"
-- column: n_dormant_top count "Dormant customers in the upper two tiers"
-- column: dormant_top_revenue money "Final revenue of dormant customers in the upper two tiers"
-- column: from_month_end date "Moves from this month-end"
-- column: to_month_end date "Moves to this month-end"
-- column: n_ups count "Customers who moved up a tier"
-- column: n_downs count "Customers who moved down a tier"
-- column: n_new count "New to the tiers"
-- column: n_lost count "Gone from the tiers"
-- column: n_left_top count "Customers who left the upper two tiers"
-- column: left_top_change money "Change of revenue of customers who left the upper two tiers"
-- column: n_entered_top count "Customers who entered the upper two tiers"
-- column: n_rule_moves count "Customers moved by new rules"
-- column: rule_move_revenue money "Revenue of those"
-- column: has_rule_effect bool "New rules moved customers"
-- column: has_expiring_overrides bool "A tier set by hand expires soon"
-- column: has_expired_overrides bool "A tier set by hand has expired"
-- column: has_provisional bool "A tier is not confirmed yet"
-- column: has_unrated bool "There are new customers"
-- column: has_dormant_top bool "A customer of the upper two tiers is dormant"
-- column: has_left_top bool "A customer left the upper two tiers"
-- column: has_entered_top bool "A customer entered the upper two tiers"
WITH now AS (
  SELECT
    count(*) AS customers,
    coalesce(sum(revenue), 0) AS revenue,
    coalesce(sum(CASE WHEN revenue > 0 THEN revenue END), 0) AS positive_revenue,
    coalesce(sum(CASE WHEN position <= 2 THEN 1 ELSE 0 END), 0) AS top_customers,
    coalesce(sum(CASE WHEN position <= 2 THEN revenue END), 0) AS top_revenue,
    coalesce(sum(CASE WHEN is_unrated THEN 1 ELSE 0 END), 0) AS n_unrated,
    coalesce(sum(CASE WHEN is_dormant THEN 1 ELSE 0 END), 0) AS n_dormant,
    coalesce(sum(CASE WHEN is_dormant AND position <= 2 THEN 1 ELSE 0 END), 0) AS n_dormant_top,
    coalesce(sum(CASE WHEN is_dormant AND position <= 2 THEN revenue END), 0) AS dormant_top_revenue,
    coalesce(sum(CASE WHEN effective_tier <> tier THEN 1 ELSE 0 END), 0) AS n_applied_differs
  FROM tiers.current
),
wanted AS (
  SELECT max(CASE WHEN position <= 2 THEN below_share END) AS top_share
  FROM tiers.ladder
  WHERE valid_on = $as_of
),
churn AS (
  SELECT sum(churn_base) AS base, sum(churned) AS churned
  FROM tiers.summary
  WHERE position <= 2
),
overrides AS (
  SELECT
    coalesce(sum(CASE WHEN NOT is_expired THEN 1 ELSE 0 END), 0) AS n_overrides,
    coalesce(sum(CASE WHEN is_expired THEN 1 ELSE 0 END), 0) AS n_expired,
    coalesce(sum(CASE WHEN is_expiring THEN 1 ELSE 0 END), 0) AS n_expiring,
    min(CASE WHEN NOT is_expired THEN expires_on END) AS next_expiry_on,
    coalesce(sum(CASE WHEN is_applied AND is_needless THEN 1 ELSE 0 END), 0) AS n_needless
  FROM tiers.override_list
),
expiring AS (
  -- A customer with two overrides counts once.
  SELECT coalesce(sum(revenue), 0) AS revenue
  FROM tiers.current
  WHERE customer_id IN (SELECT customer_id FROM tiers.override_list WHERE is_expiring)
),
waiting AS (
  SELECT
    count(*) AS n,
    coalesce(sum(CASE WHEN direction = 'up' THEN 1 ELSE 0 END), 0) AS ups,
    coalesce(sum(CASE WHEN direction = 'down' THEN 1 ELSE 0 END), 0) AS downs
  FROM tiers.provisional
),
moves AS (
  SELECT
    min(from_month_end) AS from_month_end,
    max(to_month_end) AS to_month_end,
    sum(CASE WHEN from_tier <> 'new' AND to_tier <> 'lost' AND to_position < from_position THEN customers ELSE 0 END) AS ups,
    sum(CASE WHEN from_tier <> 'new' AND to_tier <> 'lost' AND to_position > from_position THEN customers ELSE 0 END) AS downs,
    sum(CASE WHEN from_tier = 'new' THEN customers ELSE 0 END) AS new,
    sum(CASE WHEN to_tier = 'lost' THEN customers ELSE 0 END) AS lost,
    sum(CASE WHEN from_tier <> 'new' AND from_position <= 2 AND to_position > 2 THEN customers ELSE 0 END) AS left_top,
    sum(CASE WHEN from_tier <> 'new' AND from_position <= 2 AND to_position > 2 THEN revenue - revenue_before ELSE 0 END) AS left_top_change,
    sum(CASE WHEN (from_tier = 'new' OR from_position > 2) AND to_position <= 2 THEN customers ELSE 0 END) AS entered_top
  FROM tiers.migration
),
rule_moves AS (
  SELECT coalesce(sum(customers), 0) AS n, coalesce(sum(revenue), 0) AS revenue
  FROM tiers.migration_effects
  WHERE effect = 'rule'
)
SELECT
  $as_of AS as_of,
  n.customers,
  n.revenue,
  n.top_customers,
  CAST(n.top_customers AS DOUBLE) / NULLIF(n.customers, 0) AS top_customers_share,
  n.top_revenue,
  CASE WHEN n.positive_revenue > 0 THEN CAST(n.top_revenue AS DOUBLE) / CAST(n.positive_revenue AS DOUBLE) END AS top_revenue_share,
  CAST(w.top_share AS DOUBLE) AS top_share_wanted,
  CASE WHEN n.positive_revenue > 0 THEN n.top_revenue >= w.top_share * n.positive_revenue END AS is_top_share_reached,
  c.base AS top_churn_base,
  c.churned AS top_churned,
  CAST(c.churned AS DOUBLE) / NULLIF(c.base, 0) AS top_churn_rate,
  o.n_overrides,
  o.n_expired AS n_expired_overrides,
  o.n_expiring AS n_expiring_overrides,
  o.next_expiry_on,
  e.revenue AS expiring_revenue,
  o.n_needless AS n_needless_overrides,
  n.n_applied_differs,
  p.n AS n_provisional,
  p.ups AS n_provisional_up,
  p.downs AS n_provisional_down,
  n.n_unrated,
  n.n_dormant,
  n.n_dormant_top,
  n.dormant_top_revenue,
  m.from_month_end,
  m.to_month_end,
  m.ups AS n_ups,
  m.downs AS n_downs,
  m.new AS n_new,
  m.lost AS n_lost,
  m.left_top AS n_left_top,
  m.left_top_change,
  m.entered_top AS n_entered_top,
  CASE WHEN m.from_month_end IS NOT NULL THEN r.n END AS n_rule_moves,
  CASE WHEN m.from_month_end IS NOT NULL THEN r.revenue END AS rule_move_revenue,
  CASE WHEN m.from_month_end IS NOT NULL THEN r.n > 0 END AS has_rule_effect,
  o.n_expiring > 0 AS has_expiring_overrides,
  o.n_expired > 0 AS has_expired_overrides,
  p.n > 0 AS has_provisional,
  n.n_unrated > 0 AS has_unrated,
  n.n_dormant_top > 0 AS has_dormant_top,
  m.left_top > 0 AS has_left_top,
  m.entered_top > 0 AS has_entered_top
FROM now n
CROSS JOIN wanted w
CROSS JOIN churn c
CROSS JOIN overrides o
CROSS JOIN expiring e
CROSS JOIN waiting p
CROSS JOIN moves m
CROSS JOIN rule_moves r
