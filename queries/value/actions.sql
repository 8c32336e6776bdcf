-- What to do next about value and revenue, most urgent first; among equally urgent ones, where most money is at stake.
-- Large customers that have fallen silent, or whose revenue falls, are to be called. Contracts of the largest customers that end soon,
-- or are over, are to be renewed. Terms are to be reviewed with customers who are in the 80 % of revenue and not in that of gross profit:
-- those with a gross profit above zero alone, because the others are a matter of key accounts, and not those whose tier was set by
-- hand with a reason, because they are kept on purpose. Old intent is to be collected or cancelled: the largest amounts, as many as
-- rules.old_intent has them. Operators who spend most touches on head customers are to spend them elsewhere. What needs a table that
-- the project does not have is left out. Who is to act is the owner, or whoever stands in (value.responsible).
--
-- grain: position
-- empty_if_missing: revenue.operators
-- check: due_on >= $as_of
-- column: position count "Position"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: action text "What to do"
-- column: why text "Why"
-- column: due_on date "By"
-- column: revenue money "Final revenue in the window"
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
WITH kept AS (
  SELECT customer_id FROM tiers.overrides WHERE reason IS NOT NULL
),
old_intent AS (
  SELECT i.*
  FROM (SELECT *, row_number() OVER (ORDER BY amount DESC, customer_id) AS place FROM value.old_intent) i
  CROSS JOIN rules.old_intent r
  WHERE i.place <= r.list_size
    AND (r.valid_from IS NULL OR r.valid_from <= $as_of) AND (r.valid_to IS NULL OR r.valid_to > $as_of)
),
sources AS (
  SELECT
    customer_id,
    customer_name,
    owner_id,
    owner_name,
    'renew_contract' AS action,
    CASE WHEN is_ending THEN 'contract_ends_soon' ELSE 'contract_is_over' END AS why,
    revenue,
    share,
    rank,
    contract_ends_on,
    abs(days_to_end) AS n_days,
    revenue AS at_stake
  FROM value.top_customers
  WHERE is_ending OR has_ended
  UNION ALL BY NAME
  SELECT
    customer_id,
    customer_name,
    owner_id,
    owner_name,
    'call_falling_top' AS action,
    CASE WHEN is_silent AND is_falling THEN 'top_silent_and_falling' WHEN is_silent THEN 'top_is_silent' ELSE 'top_is_falling' END AS why,
    revenue,
    share,
    rank,
    days_since_sale AS n_days,
    revenue_recent,
    revenue_year_before,
    revenue_change,
    usual_gap,
    revenue AS at_stake
  FROM value.top_watch
  WHERE is_watched
  UNION ALL BY NAME
  SELECT
    c.customer_id,
    c.customer_name,
    c.owner_id,
    c.owner_name,
    'review_terms' AS action,
    'profit_below_revenue' AS why,
    c.revenue,
    c.gross_profit,
    c.share,
    c.rank,
    c.profit_rank,
    c.revenue AS at_stake
  FROM value.contribution c
  LEFT ANTI JOIN kept k ON k.customer_id = c.customer_id
  WHERE c.in_k80 AND NOT c.in_k80_profit AND c.gross_profit > 0
  UNION ALL BY NAME
  SELECT
    customer_id,
    customer_name,
    owner_id,
    owner_name,
    'collect_or_cancel' AS action,
    'intent_is_old' AS why,
    amount AS intent,
    oldest_on,
    oldest_days AS n_days,
    amount AS at_stake
  FROM old_intent
  UNION ALL BY NAME
  SELECT
    operator_id AS owner_id,
    operator_name AS owner_name,
    'move_operator_time' AS action,
    'touches_on_head' AS why,
    head_share AS share,
    touches,
    head_touches
  FROM revenue.operators
  WHERE is_on_head AND NOT is_small_sample
),
dated AS (
  SELECT s.*, $as_of + d.days AS due_on
  FROM sources s
  JOIN rules.action_days d ON d.action = s.action
  WHERE (d.valid_from IS NULL OR d.valid_from <= $as_of) AND (d.valid_to IS NULL OR d.valid_to > $as_of)
)
SELECT
  CAST(row_number() OVER (ORDER BY t.due_on, t.at_stake DESC NULLS LAST, t.action, t.customer_id, t.owner_id) AS BIGINT) AS position,
  t.customer_id,
  t.customer_name,
  coalesce(r.owner_id, t.owner_id) AS owner_id,
  coalesce(r.owner_name, t.owner_name) AS owner_name,
  t.action,
  t.why,
  t.due_on,
  t.revenue,
  t.gross_profit,
  t.intent,
  t.share,
  t.rank,
  t.revenue_recent,
  t.revenue_year_before,
  t.revenue_change,
  t.usual_gap,
  t.profit_rank,
  t.touches,
  t.head_touches,
  t.contract_ends_on,
  t.oldest_on,
  t.n_days
FROM dated t
LEFT JOIN value.responsible r ON r.customer_id = t.customer_id
