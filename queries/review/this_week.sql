-- The few actions of all lists that matter most, by one rule (rules.week_actions, rules.action_weights): what is due within the days
-- of the rule comes first; then the money at stake times the weight of the kind of action, a kind without a weight having that of
-- `any_other`; then the earlier day. A customer appears once, with the action that comes first. More of one kind than the rule
-- allows give way to other kinds, and come back only where there are too few of those.
--
-- grain: position
-- check: owner_id is not null or owner_name is null
-- column: position count "Place"
-- column: list text "List"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name, or that of a target or a product"
-- column: owner_id text "Who is to act"
-- column: owner_name text "Owner name"
-- column: action text "What to do"
-- column: why text "Why"
-- column: due_on date "By"
-- column: at_stake money "Money at stake"
-- column: weight ratio "Weight of the kind of action"
-- column: is_soon bool "Due within the days of the rule"
-- column: n_of_kind count "How many of the kind come before it, itself included"
-- column: n_actions count "Actions in all lists"
-- column: arpu_before money "ARPU before"
-- column: arpu_after money "ARPU after"
-- column: usual_gap days "Median days between its sale days"
-- column: subsidy_per_order money "Subsidy per order in addition"
-- column: profit_per_order money "Gross profit per order"
-- column: touches_per_activation count "Contacts by people per activation"
WITH rule AS (
  SELECT max_actions, max_per_action, due_within
  FROM rules.week_actions
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
weights AS (
  SELECT action, weight
  FROM rules.action_weights
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
weighed AS (
  SELECT
    a.*,
    coalesce(w.weight, o.weight) AS weight,
    a.due_on <= $as_of + r.due_within AS is_soon,
    coalesce(a.at_stake, 0) * coalesce(w.weight, o.weight) AS score,
    r.max_actions,
    r.max_per_action,
    count(*) OVER () AS n_actions
  FROM review.all_actions a
  CROSS JOIN rule r
  JOIN weights o ON o.action = 'any_other'
  LEFT JOIN weights w ON w.action = a.action
),
placed AS (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY coalesce(customer_id, list || ' ' || CAST(list_position AS VARCHAR))
      ORDER BY is_soon DESC, score DESC, due_on, list_order, list_position
    ) AS customer_place
  FROM weighed
),
kinds AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY action ORDER BY is_soon DESC, score DESC, due_on, list_order, list_position) AS n_of_kind
  FROM placed
  WHERE customer_place = 1
),
ranked AS (
  SELECT
    *,
    CAST(
      row_number() OVER (ORDER BY n_of_kind > max_per_action, is_soon DESC, score DESC, due_on, list_order, list_position) AS BIGINT
    ) AS week_place
  FROM kinds
)
SELECT
  week_place AS position,
  * EXCEPT (week_place, score, max_actions, max_per_action, customer_place)
FROM ranked
WHERE week_place <= max_actions
