-- What to do about coverage: what is due first comes first, then the largest amount. Stop contacting those who have opted out, make the
-- visits that are overdue and those that are due, name an owner for key and important customers without one (the upper two tiers, by
-- the tier that applies), find an owner or a team for others whom nobody looks after, move customers to the right service channel,
-- contact key and important customers who hear too little, call others who have heard nothing, pause where there are too many contacts.
-- A customer gets at most one of visit overdue, visit due, contact more and call, the first of these that it is in for. Who has opted out
-- gets none of them. Silent customers are called when their weight has contacts planned (rules.contact_plan). An open visit is due by
-- the last day of its period. Who is to act is the owner, or whoever stands in (value.responsible).
-- Nobody is said to be without a team when no contact names one.
--
-- grain: position
-- empty_if_missing: coverage.opt_outs, coverage.opt_out_breaches, coverage.overdue, coverage.due_now, coverage.wrong_channel,
--   coverage.silent, coverage.contacts, coverage.under_contacted, coverage.over_contacted
-- check: due_on >= $as_of
-- column: position count "Place"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: action text "What to do"
-- column: why text "Why"
-- column: due_on date "By"
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
WITH visits AS (
  SELECT
    customer_id,
    'visit_overdue' AS action,
    CASE
      WHEN days_late = 0 AND last_visit_on IS NULL THEN 'visit_never_made_ends_today'
      WHEN days_late = 0 THEN 'visit_missed_ends_today'
      WHEN last_visit_on IS NULL THEN 'visit_never_made'
      ELSE 'visit_missed'
    END AS why,
    2 AS urgency,
    CAST(NULL AS DATE) AS visit_by,
    balance,
    n_missed,
    days_late,
    last_visit_on
  FROM coverage.overdue
  UNION ALL
  SELECT
    n.customer_id,
    'visit_due',
    'visit_open',
    3,
    min(n.visit_by),
    max(n.balance),
    CAST(NULL AS BIGINT),
    CAST(NULL AS BIGINT),
    max(n.last_visit_on)
  FROM coverage.due_now n
  LEFT ANTI JOIN coverage.overdue o ON o.customer_id = n.customer_id
  GROUP BY n.customer_id
),
fewer AS (
  SELECT u.customer_id, u.revenue, u.human_touches, u.planned_min, u.planned_max
  FROM coverage.under_contacted u
  LEFT ANTI JOIN visits v ON v.customer_id = u.customer_id
  WHERE u.position <= 2
),
calls AS (
  SELECT s.customer_id, s.is_never_touched, s.revenue, s.days_since_touch, s.last_touch_on
  FROM coverage.silent s
  JOIN coverage.contacts c ON c.customer_id = s.customer_id AND c.planned_min > 0 AND c.result <> 'opted_out'
  LEFT ANTI JOIN visits v ON v.customer_id = s.customer_id
  LEFT ANTI JOIN fewer f ON f.customer_id = s.customer_id
),
todo AS (
  SELECT
    customer_id,
    'stop_contacting' AS action,
    'contacted_after_opting_out' AS why,
    1 AS urgency,
    n_after_opt_out AS n_touches,
    last_after_opt_out_on AS last_on,
    opted_out_on
  FROM coverage.opt_out_breaches
  WHERE is_recent
  UNION ALL BY NAME
  SELECT
    v.customer_id,
    v.action,
    v.why,
    v.urgency,
    v.visit_by,
    v.balance AS money,
    v.balance,
    v.n_missed,
    v.days_late,
    v.last_visit_on AS last_on
  FROM visits v
  LEFT ANTI JOIN coverage.opt_outs o ON o.customer_id = v.customer_id
  UNION ALL BY NAME
  SELECT
    customer_id,
    'name_owner' AS action,
    CASE WHEN is_covered THEN 'top_with_team_only' WHEN NOT is_covered THEN 'top_with_nobody' ELSE 'top_without_owner' END AS why,
    4 AS urgency,
    revenue AS money,
    revenue,
    last_sale_on AS last_on
  FROM coverage.customers
  WHERE NOT has_owner AND position <= 2
  UNION ALL BY NAME
  SELECT
    customer_id,
    'assign_coverage' AS action,
    CASE WHEN revenue IS NULL THEN 'nobody_covers_past_customer' ELSE 'nobody_covers' END AS why,
    5 AS urgency,
    revenue AS money,
    revenue,
    last_sale_on AS last_on
  FROM coverage.uncovered
  WHERE position IS NULL OR position > 2
  UNION ALL BY NAME
  SELECT
    customer_id,
    'switch_channel' AS action,
    CASE misplaced WHEN 'below' THEN 'channel_below_balance' ELSE 'channel_above_balance' END AS why,
    CASE misplaced WHEN 'below' THEN 6 ELSE 10 END AS urgency,
    balance AS money,
    balance,
    actual_channel AS from_channel,
    required_channel AS to_channel
  FROM coverage.wrong_channel
  UNION ALL BY NAME
  SELECT
    customer_id,
    'contact_more' AS action,
    'contacts_below_plan' AS why,
    7 AS urgency,
    revenue AS money,
    revenue,
    human_touches AS n_touches,
    planned_min,
    planned_max
  FROM fewer
  UNION ALL BY NAME
  SELECT
    customer_id,
    'call_silent' AS action,
    CASE WHEN is_never_touched THEN 'never_contacted' ELSE 'no_contact_for_long' END AS why,
    8 AS urgency,
    revenue AS money,
    revenue,
    days_since_touch,
    last_touch_on AS last_on
  FROM calls
  UNION ALL BY NAME
  SELECT
    customer_id,
    'pause_contacts' AS action,
    'contacts_above_plan' AS why,
    9 AS urgency,
    revenue AS money,
    revenue,
    human_touches AS n_touches,
    planned_min,
    planned_max
  FROM coverage.over_contacted
)
SELECT
  CAST(row_number() OVER (ORDER BY t.due_on, t.money DESC NULLS LAST, t.urgency, t.customer_id, t.action) AS BIGINT) AS position,
  t.customer_id,
  c.customer_name,
  r.owner_id,
  r.owner_name,
  t.action,
  t.why,
  t.due_on,
  t.balance,
  t.revenue,
  t.n_missed,
  t.n_touches,
  t.planned_min,
  t.planned_max,
  t.days_late,
  t.days_since_touch,
  t.last_on,
  t.opted_out_on,
  t.from_channel,
  t.to_channel
FROM (
  SELECT a.*, coalesce(a.visit_by, $as_of + CAST(d.days AS INT)) AS due_on
  FROM todo a
  LEFT JOIN rules.action_days d
    ON d.action = a.action AND (d.valid_from IS NULL OR d.valid_from <= $as_of) AND (d.valid_to IS NULL OR d.valid_to > $as_of)
) t
JOIN value.customers c ON c.customer_id = t.customer_id
LEFT JOIN value.responsible r ON r.customer_id = t.customer_id
