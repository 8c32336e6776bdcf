-- What to do about health and satisfaction: what is due first comes first, then the largest revenue. Customers at risk are called, with the
-- reason named: no login within the days of the rule, or the negative signal that fell most. Deciders who gave a low answer are called,
-- and so are customers whose answers are low. A customer is in for one of these only, the first one. Who is to act is the owner, or
-- whoever stands in (value.responsible).
--
-- grain: position
-- empty_if_missing: health.current, health.satisfaction
-- check: due_on >= $as_of
-- column: position count "Place"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: action text "What to do"
-- column: why text "Why"
-- column: due_on date "By"
-- column: revenue money "Final revenue in the window"
-- column: worst_signal text "Negative signal that fell most"
-- column: worst_growth ratio "Its growth"
-- column: signals_negative count "Signals negative"
-- column: signals_available count "Signals known"
-- column: days_since_login days "Days since the last login"
-- column: last_on date "Last login, or last answer"
-- column: n_low count "Low answers"
-- column: n_answers count "Answers"
WITH risks AS (
  SELECT
    customer_id,
    'save_risk' AS action,
    CASE
      WHEN is_silent AND last_login_on IS NULL THEN 'health_never_logged_in'
      WHEN is_silent THEN 'health_silent'
      ELSE 'health_signals_fell'
    END AS why,
    1 AS urgency,
    revenue,
    worst_signal,
    worst_growth,
    signals_negative,
    signals_available,
    days_since_login,
    last_login_on AS last_on
  FROM health.current
  WHERE state = 'risk'
),
low AS (
  SELECT
    s.customer_id,
    CASE WHEN s.decider_low_answers > 0 THEN 'answer_decider' ELSE 'answer_low' END AS action,
    CASE WHEN s.decider_low_answers > 0 THEN 'decider_dissatisfied' ELSE 'answers_are_low' END AS why,
    CASE WHEN s.decider_low_answers > 0 THEN 2 ELSE 3 END AS urgency,
    s.revenue,
    s.last_answered_on AS last_on,
    CASE WHEN s.decider_low_answers > 0 THEN s.decider_low_answers ELSE s.low_answers END AS n_low,
    CASE WHEN s.decider_low_answers > 0 THEN s.decider_answers ELSE s.answers END AS n_answers
  FROM health.satisfaction s
  LEFT ANTI JOIN risks k ON k.customer_id = s.customer_id
  WHERE s.satisfaction = 'low'
),
todo AS (
  SELECT * FROM risks
  UNION ALL BY NAME
  SELECT * FROM low
)
SELECT
  CAST(row_number() OVER (ORDER BY t.due_on, t.revenue DESC, t.urgency, t.customer_id) AS BIGINT) AS position,
  t.customer_id,
  c.customer_name,
  r.owner_id,
  r.owner_name,
  t.action,
  t.why,
  t.due_on,
  t.revenue,
  t.worst_signal,
  t.worst_growth,
  t.signals_negative,
  t.signals_available,
  t.days_since_login,
  t.last_on,
  t.n_low,
  t.n_answers
FROM (
  SELECT a.*, $as_of + CAST(d.days AS INT) AS due_on
  FROM todo a
  LEFT JOIN rules.action_days d
    ON d.action = a.action AND (d.valid_from IS NULL OR d.valid_from <= $as_of) AND (d.valid_to IS NULL OR d.valid_to > $as_of)
) t
JOIN value.customers c ON c.customer_id = t.customer_id
LEFT JOIN value.responsible r ON r.customer_id = t.customer_id
