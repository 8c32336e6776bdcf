-- What to do about the long tail: customers above the cap are offered the waist, low spenders with a bespoke need a standard solution,
-- big groups with low spenders among their members are sold to as a whole (one row for each group, to its owner), customers who
-- graduated are greeted, and products that take much manual work are made simpler, which concerns no customer in particular. Of
-- each kind the largest come, as many as rules.tail_limits says. The most urgent first, then the most money.
-- Each action goes to the owner, or to whoever answers for a customer without one; what has no customer to the head of sales.
--
-- grain: position
-- empty_if_missing: tail.costly, tail.of_groups, tail.manual_products
-- check: due_on is not null
-- column: position count "Position"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: action text "What to do"
-- column: why text "Reason"
-- column: due_on date "Due on"
-- column: product_id text "Product"
-- column: product_name text "Product name"
-- column: group_name text "Group name"
-- column: annual_spend money "Revenue of a year"
-- column: tail_cap money "Tail cap"
-- column: revenue_before money "Revenue before"
-- column: revenue money "Revenue"
-- column: n_touches count "Contacts by people"
-- column: n_tickets count "Tickets"
-- column: activations count "Activated customers"
-- column: touches_per_activation count "Contacts by people per activation"
-- column: n_branches count "Members of the group with a low spend"
-- column: n_left_out count "Found but left out of the list, of all kinds"
WITH found AS (
  SELECT
    customer_id,
    'move_to_waist' AS action,
    'above_tail_cap' AS why,
    annual_spend,
    tail_cap,
    annual_spend AS size
  FROM tail.above_cap
  UNION ALL BY NAME
  SELECT
    customer_id,
    'standardise_solution' AS action,
    CASE WHEN n_touches IS NULL OR n_tickets IS NULL THEN 'bespoke_low_spend' ELSE 'bespoke_low_spend_served' END AS why,
    annual_spend,
    tail_cap,
    n_touches,
    n_tickets,
    -annual_spend AS size
  FROM tail.costly
  UNION ALL BY NAME
  SELECT
    group_id AS customer_id,
    'sell_through_group' AS action,
    'low_spend_of_big_group' AS why,
    group_name,
    sum(annual_spend) AS annual_spend,
    tail_cap,
    group_revenue AS revenue,
    count(*) AS n_branches,
    group_revenue AS size
  FROM tail.of_groups
  GROUP BY group_id, group_name, group_revenue, tail_cap
  UNION ALL BY NAME
  SELECT
    customer_id,
    'greet_graduate' AS action,
    'tail_grew' AS why,
    revenue_before,
    revenue_after AS revenue,
    revenue_after AS size
  FROM tiers.segment_compared
  WHERE comparison = 'recent' AND from_segment = 'tail' AND to_segment IN ('waist', 'head') AND segment_by_old_rule <> 'tail'
  UNION ALL BY NAME
  SELECT
    'simplify_product' AS action,
    'many_touches_before_first_order' AS why,
    product_id,
    product_name,
    n_touches,
    activations,
    touches_per_activation,
    n_touches AS size
  FROM tail.manual_products
  WHERE is_manual
),
rule AS (
  SELECT list_size
  FROM rules.tail_limits
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
ranked AS (
  SELECT
    f.*,
    count(*) OVER () AS n_found,
    row_number() OVER (PARTITION BY f.action ORDER BY f.size DESC, f.customer_id, f.product_id) AS place
  FROM found f
),
listed AS (
  SELECT k.*
  FROM ranked k
  CROSS JOIN rule r
  WHERE k.place <= r.list_size
),
dated AS (
  SELECT l.*, $as_of + CAST(d.days AS INT) AS due_on
  FROM listed l
  LEFT JOIN rules.action_days d
    ON d.action = l.action
    AND (d.valid_from IS NULL OR d.valid_from <= $as_of) AND (d.valid_to IS NULL OR d.valid_to > $as_of)
)
SELECT
  CAST(row_number() OVER (ORDER BY d.due_on, d.action, d.size DESC, d.customer_id, d.product_id) AS BIGINT) AS position,
  d.customer_id,
  coalesce(c.customer_name, d.group_name) AS customer_name,
  coalesce(p.owner_id, h.owner_id) AS owner_id,
  coalesce(p.owner_name, h.owner_name) AS owner_name,
  d.action,
  d.why,
  d.due_on,
  d.product_id,
  d.product_name,
  d.group_name,
  d.annual_spend,
  d.tail_cap,
  d.revenue_before,
  d.revenue,
  d.n_touches,
  d.n_tickets,
  d.activations,
  d.touches_per_activation,
  d.n_branches,
  d.n_found - count(*) OVER () AS n_left_out
FROM dated d
LEFT JOIN value.customers c ON c.customer_id = d.customer_id
LEFT JOIN value.responsible p ON p.customer_id = d.customer_id
LEFT JOIN value.stand_in h ON h.region = ''
