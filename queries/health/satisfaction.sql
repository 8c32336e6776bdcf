-- Satisfaction of every customer on the as-of date: customers who have bought and have not left. The answers are the last one of each
-- person within the days of rules.satisfaction; a customer without any is unknown. One low answer of a decider makes a customer low,
-- since it weighs apart; otherwise a customer is low when the mean of its answers is below that of the rule.
--
-- grain: customer_id
-- order: position, revenue desc, customer_id
-- empty_if_missing: staging.contacts
-- check: satisfaction in ('low', 'fine', 'unknown')
-- check: (answers = 0) = (satisfaction = 'unknown')
-- check: mean_points between 0 and 100
-- check: low_answers <= answers
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: satisfaction text "Satisfaction"
-- column: position count "Position, low first"
-- column: answers count "Answers that count"
-- column: low_answers count "Low ones of these"
-- column: mean_points count "Mean, of 100"
-- column: decider_answers count "Answers of deciders"
-- column: decider_low_answers count "Low ones of these"
-- column: decider_points count "Mean of the deciders, of 100"
-- column: last_answered_on date "Last answer"
-- column: last_answered_ever_on date "Last answer ever"
-- column: tier text "Applied tier"
-- column: revenue money "Final revenue in the window"
WITH rule AS (
  SELECT answer_days, low_below
  FROM rules.satisfaction
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
deciders AS (
  SELECT DISTINCT customer_id, person_id FROM health.roles WHERE role = 'decider'
),
answers AS (
  SELECT
    a.customer_id,
    a.points,
    a.is_low,
    a.answered_on,
    a.answered_on > $as_of - CAST(r.answer_days AS INT) AS is_recent,
    d.person_id IS NOT NULL AS is_decider
  FROM health.answers a
  CROSS JOIN rule r
  LEFT JOIN deciders d ON d.customer_id = a.member_id AND d.person_id = a.person_id
  WHERE a.kind = 'satisfaction' AND a.is_last
),
sums AS (
  SELECT
    customer_id,
    sum(CASE WHEN is_recent THEN 1 ELSE 0 END) AS answers,
    sum(CASE WHEN is_recent AND is_low THEN 1 ELSE 0 END) AS low_answers,
    sum(CASE WHEN is_recent THEN points END) AS points,
    sum(CASE WHEN is_recent AND is_decider THEN 1 ELSE 0 END) AS decider_answers,
    sum(CASE WHEN is_recent AND is_decider AND is_low THEN 1 ELSE 0 END) AS decider_low_answers,
    sum(CASE WHEN is_recent AND is_decider THEN points END) AS decider_points,
    max(CASE WHEN is_recent THEN answered_on END) AS last_answered_on,
    max(answered_on) AS last_answered_ever_on
  FROM answers
  GROUP BY customer_id
),
judged AS (
  SELECT
    l.customer_id,
    CASE
      WHEN coalesce(s.answers, 0) = 0 THEN 'unknown'
      WHEN s.decider_low_answers > 0 OR s.points < r.low_below * s.answers THEN 'low'
      ELSE 'fine'
    END AS satisfaction,
    coalesce(s.answers, 0) AS answers,
    coalesce(s.low_answers, 0) AS low_answers,
    CAST(s.points AS DOUBLE) / NULLIF(s.answers, 0) AS mean_points,
    coalesce(s.decider_answers, 0) AS decider_answers,
    coalesce(s.decider_low_answers, 0) AS decider_low_answers,
    CAST(s.decider_points AS DOUBLE) / NULLIF(s.decider_answers, 0) AS decider_points,
    s.last_answered_on,
    s.last_answered_ever_on
  FROM churn.last_seen l
  CROSS JOIN rule r
  LEFT JOIN sums s ON s.customer_id = l.customer_id
  WHERE NOT l.has_left
)
SELECT
  j.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  j.satisfaction,
  CASE j.satisfaction WHEN 'low' THEN 1 WHEN 'fine' THEN 2 ELSE 3 END AS position,
  j.answers,
  j.low_answers,
  j.mean_points,
  j.decider_answers,
  j.decider_low_answers,
  j.decider_points,
  j.last_answered_on,
  j.last_answered_ever_on,
  t.effective_tier AS tier,
  coalesce(t.revenue, 0) AS revenue
FROM judged j
JOIN value.customers c ON c.customer_id = j.customer_id
LEFT JOIN tiers.current t ON t.customer_id = j.customer_id
