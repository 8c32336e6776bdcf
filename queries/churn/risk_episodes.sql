-- Every time in the window that a customer came to be at risk, how it was handled, and how it ended: the base of the saved rate.
-- Overdue, of customers judged by sales: a silence becomes a risk on the first day on which it is longer than a multiple of the median
-- gap up to then and longer than a minimum (rules.churn_risk, with enough gaps up to then); it is lost when the grace that follows from
-- that median ends without a sale, and saved by a sale before or on its last day. Falling, of those judged by subscriptions: the first day
-- of a month with a contraction by a share or more, none such in the months before; it is lost with the first of the months after in
-- which nothing is paid, and saved when all of them are paid for.
-- To compare fairly, everybody is looked at on the same day of the risk: rules.churn_risk says within how many days to act, and whoever has
-- been saved or lost by the end of that day is left out, helped or not. Helped is who had the first intervention from the first
-- day of the risk to that day; not helped is who had none from the beginning of the silence until the end of the risk.
-- Earlier and later interventions belong to neither. An episode is over when it would have been lost by the as-of date, even if it was
-- saved sooner, because saved ones end sooner than lost ones.
--
-- grain: customer_id, risk, risk_on
-- needs: staging.interventions.customer_id
-- empty_if_missing: revenue.mrr_by_customer, revenue.mrr_movements
-- check: outcome in ('saved', 'lost', 'open')
-- check: handling in ('helped', 'not_helped', 'earlier', 'later')
-- check: risk_on > silent_from or risk = 'falling'
-- check: (outcome = 'open') = not is_over
-- column: customer_id text "Customer"
-- column: risk text "Why at risk: overdue or falling"
-- column: risk_on date "First day of the risk"
-- column: silent_from date "Last sale before, or first day of the month with the contraction"
-- column: look_on date "Day by which to have acted"
-- column: decided_on date "Day on which it is lost unless saved"
-- column: ended_on date "Day of the sale that saved it, or on which it was lost"
-- column: tier text "Tier at the month-end before"
-- column: intervened_on date "First intervention"
-- column: handling text "How it was handled: helped, not_helped, earlier or later"
-- column: is_over bool "Would have been lost by the as-of date"
-- column: is_comparable bool "Over, and still at risk at the end of the day by which to have acted"
-- column: outcome text "Saved, lost or open"
WITH rule AS (
  SELECT r.*, g.min_days AS grace_days, g.gap_multiple AS grace_multiple
  FROM rules.churn_risk r
  CROSS JOIN rules.churn_grace g
  WHERE (r.valid_from IS NULL OR r.valid_from <= $as_of) AND (r.valid_to IS NULL OR r.valid_to > $as_of)
    AND (g.valid_from IS NULL OR g.valid_from <= $as_of) AND (g.valid_to IS NULL OR g.valid_to > $as_of)
),
silences AS (
  -- Only silences that are long enough are looked at, so that few medians have to be found.
  SELECT g.customer_id, g.final_on AS silent_from, g.next_on, r.gap_multiple, r.min_silent_days, r.grace_days, r.grace_multiple, r.act_within_days
  FROM churn.sale_gaps g
  JOIN churn.last_seen s ON s.customer_id = g.customer_id AND s.policy = 'grace'
  CROSS JOIN rule r
  WHERE g.n_gaps >= r.min_gaps AND coalesce(g.next_on, $as_of + 1) - g.final_on > r.min_silent_days AND coalesce(g.next_on, $as_of) >= $window_start
),
medians AS (
  SELECT
    s.customer_id,
    s.silent_from,
    s.next_on,
    s.act_within_days,
    s.min_silent_days,
    s.gap_multiple,
    s.grace_days,
    s.grace_multiple,
    median(CAST(b.gap_days AS DECIMAL(19, 1))) AS usual_gap
  FROM silences s
  JOIN churn.sale_gaps b ON b.customer_id = s.customer_id AND b.final_on <= s.silent_from
  GROUP BY s.customer_id, s.silent_from, s.next_on, s.act_within_days, s.min_silent_days, s.gap_multiple, s.grace_days, s.grace_multiple
),
overdue AS (
  SELECT
    customer_id,
    'overdue' AS risk,
    silent_from + CAST(greatest(floor(usual_gap * gap_multiple), min_silent_days) AS INT) + 1 AS risk_on,
    silent_from,
    silent_from + CAST(greatest(CAST(usual_gap * grace_multiple AS BIGINT), grace_days) AS INT) AS decided_on,
    next_on,
    CAST(NULL AS DATE) AS paid_no_more_on,
    act_within_days
  FROM medians
),
contractions AS (
  SELECT m.customer_id, m.month, lag(m.month) OVER (PARTITION BY m.customer_id ORDER BY m.month) AS before
  FROM revenue.mrr_by_customer m
  CROSS JOIN rule r
  WHERE m.movement = 'contraction' AND m.start_mrr - m.end_mrr >= r.contraction_share * m.start_mrr
),
falling AS (
  SELECT
    c.customer_id,
    'falling' AS risk,
    c.month AS risk_on,
    c.month AS silent_from,
    month_end(month_add(c.month, r.save_months)) AS decided_on,
    CAST(NULL AS DATE) AS next_on,
    min(x.month) AS paid_no_more_on,
    r.act_within_days
  FROM contractions c
  CROSS JOIN rule r
  LEFT JOIN revenue.mrr_by_customer x
    ON x.customer_id = c.customer_id AND x.movement = 'churn' AND x.month > c.month AND x.month <= month_add(c.month, r.save_months)
  WHERE c.before IS NULL OR months_between(c.before, c.month) > r.save_months
  GROUP BY c.customer_id, c.month, r.save_months, r.act_within_days
),
episodes AS (
  SELECT
    customer_id,
    risk,
    risk_on,
    silent_from,
    risk_on + act_within_days AS look_on,
    decided_on,
    CASE WHEN risk = 'falling' THEN paid_no_more_on WHEN next_on <= decided_on THEN next_on WHEN decided_on <= $as_of THEN decided_on END AS ended_on,
    CASE WHEN risk = 'falling' THEN paid_no_more_on IS NULL ELSE coalesce(next_on <= decided_on, false) END AS is_saved
  FROM (SELECT * FROM overdue WHERE next_on IS NULL OR next_on > risk_on UNION ALL SELECT * FROM falling)
  WHERE risk_on >= $window_start AND risk_on < $window_end AND risk_on <= $as_of AND risk_on < decided_on
),
-- The months of subscriptions end with the last one that is over.
reach AS (
  SELECT month_end(max(month)) AS paid_until FROM revenue.mrr_movements WHERE NOT is_partial
),
interventions AS (
  SELECT DISTINCT u.unit_id AS customer_id, i.started_on
  FROM staging.interventions i
  JOIN value.units u ON u.customer_id = i.customer_id
),
handled AS (
  SELECT
    e.customer_id,
    e.risk,
    e.risk_on,
    min(i.started_on) AS intervened_on
  FROM episodes e
  JOIN interventions i
    ON i.customer_id = e.customer_id AND i.started_on >= e.silent_from AND i.started_on < coalesce(e.ended_on, e.decided_on + 1)
  GROUP BY e.customer_id, e.risk, e.risk_on
)
SELECT
  e.customer_id,
  e.risk,
  e.risk_on,
  e.silent_from,
  e.look_on,
  e.decided_on,
  e.ended_on,
  coalesce(h.tier, 'untiered') AS tier,
  i.intervened_on,
  CASE
    WHEN i.intervened_on IS NULL THEN 'not_helped'
    WHEN i.intervened_on < e.risk_on THEN 'earlier'
    WHEN i.intervened_on <= e.look_on THEN 'helped'
    ELSE 'later'
  END AS handling,
  e.decided_on <= CASE WHEN e.risk = 'falling' THEN x.paid_until ELSE $as_of END AS is_over,
  e.decided_on <= CASE WHEN e.risk = 'falling' THEN x.paid_until ELSE $as_of END
    AND e.decided_on > e.look_on AND (e.ended_on IS NULL OR e.ended_on > e.look_on) AS is_comparable,
  CASE
    WHEN e.decided_on <= CASE WHEN e.risk = 'falling' THEN x.paid_until ELSE $as_of END THEN CASE WHEN e.is_saved THEN 'saved' ELSE 'lost' END
    ELSE 'open'
  END AS outcome
FROM episodes e
CROSS JOIN reach x
LEFT JOIN handled i ON i.customer_id = e.customer_id AND i.risk = e.risk AND i.risk_on = e.risk_on
LEFT JOIN tiers.history h
  ON h.customer_id = e.customer_id AND h.month_end = month_end(month_add(month_start(e.risk_on), -1))
