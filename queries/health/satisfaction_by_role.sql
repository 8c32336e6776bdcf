-- Satisfaction by role of who answered, over the last answer of each person within the days of rules.satisfaction, of customers who have
-- bought and have not left. A person with several roles is in each of their lines, so the lines add up to no less than all. People are
-- those on record who have not left; nobody records who was asked, so the rate is that of those who could have been. Answers without a
-- person, or of one without a role, are unknown. Without a table of people only the line of all is known.
--
-- grain: role
-- order: position
-- empty_if_missing: staging.contacts
-- check: low_answers <= answers
-- check: mean_points between 0 and 100
-- check: people_answered <= people
-- total: sum(case when role = 'all' then answers end) = (select coalesce(sum(answers), 0) from health.satisfaction)
-- column: role text "Role"
-- column: position count "Position"
-- column: people count "People on record"
-- column: people_answered count "Of these answered"
-- column: response_share ratio "Share that answered"
-- column: answers count "Answers that count"
-- column: mean_points count "Mean, of 100"
-- column: low_answers count "Low answers"
-- column: low_share ratio "Share low"
-- column: is_small_sample bool "Too few answers for a ratio to mean much"
WITH rule AS (
  SELECT s.answer_days, m.min_units
  FROM rules.satisfaction s
  CROSS JOIN rules.small_samples m
  WHERE (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
    AND (m.valid_from IS NULL OR m.valid_from <= $as_of) AND (m.valid_to IS NULL OR m.valid_to > $as_of)
),
roles AS (
  SELECT *
  FROM (
    VALUES ('all', 0), ('decider', 1), ('buyer', 2), ('influencer', 3), ('initiator', 4), ('user', 5), ('unknown', 6)
  ) AS r (role, position)
),
here AS (
  SELECT r.customer_id, r.person_id, r.role
  FROM health.roles r
  JOIN value.units u ON u.customer_id = r.customer_id
  JOIN churn.last_seen l ON l.customer_id = u.unit_id AND NOT l.has_left
  WHERE r.is_here AND NOT u.is_internal
),
answers AS (
  SELECT a.answer_no, a.member_id, a.person_id, a.points, a.is_low
  FROM health.answers a
  CROSS JOIN rule r
  JOIN churn.last_seen l ON l.customer_id = a.customer_id AND NOT l.has_left
  WHERE a.kind = 'satisfaction' AND a.is_last AND a.answered_on > $as_of - CAST(r.answer_days AS INT)
),
placed AS (
  SELECT 'all' AS role, answer_no, member_id, person_id, points, is_low FROM answers
  UNION ALL
  SELECT coalesce(r.role, 'unknown'), a.answer_no, a.member_id, a.person_id, a.points, a.is_low
  FROM answers a
  LEFT JOIN health.roles r ON r.customer_id = a.member_id AND r.person_id = a.person_id
),
people AS (
  SELECT h.role, count(*) AS people, count(a.person_id) AS people_answered
  FROM (SELECT role, customer_id, person_id FROM here UNION SELECT 'all', customer_id, person_id FROM here) h
  LEFT JOIN (SELECT DISTINCT member_id, person_id FROM answers WHERE person_id IS NOT NULL) a
    ON a.member_id = h.customer_id AND a.person_id = h.person_id
  GROUP BY h.role
),
sums AS (
  SELECT role, count(*) AS answers, sum(points) AS points, sum(CASE WHEN is_low THEN 1 ELSE 0 END) AS low_answers
  FROM placed
  GROUP BY role
),
known AS (
  SELECT count(*) > 0 AS has_people FROM here
)
SELECT
  o.role,
  o.position,
  CASE WHEN k.has_people THEN coalesce(p.people, 0) END AS people,
  CASE WHEN k.has_people THEN coalesce(p.people_answered, 0) END AS people_answered,
  CAST(p.people_answered AS DOUBLE) / NULLIF(p.people, 0) AS response_share,
  coalesce(s.answers, 0) AS answers,
  CAST(s.points AS DOUBLE) / NULLIF(s.answers, 0) AS mean_points,
  coalesce(s.low_answers, 0) AS low_answers,
  CAST(s.low_answers AS DOUBLE) / NULLIF(s.answers, 0) AS low_share,
  coalesce(s.answers, 0) < r.min_units AS is_small_sample
FROM roles o
CROSS JOIN rule r
CROSS JOIN known k
LEFT JOIN people p ON p.role = o.role
LEFT JOIN sums s ON s.role = o.role
WHERE o.role = 'all' OR s.answers > 0 OR p.people > 0
