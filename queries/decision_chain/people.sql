-- People at customers, once for each part that they have in a purchase, with the last contact. A person with several
-- parts counts for each. A decision maker whose part is not on record counts as the decider; anybody else without a part stands
-- under `unknown`. The position (user, manager, decision maker) is the one on record, else that of the part (rules.decision_roles).
-- Who has left by the as-of date, or whose last job at the customer has ended by then, is not active any more. Touched is who
-- had a contact by a person within the days of rules.role_coverage; one exactly that many days ago is still within them.
--
-- grain: customer_id, person_id, role5
-- empty_if_missing: staging.employment, decision_chain.person_touches
-- check: not (is_touched and not is_active)
-- column: customer_id text "Customer"
-- column: person_id text "Person"
-- column: role5 text "Part in a purchase"
-- column: role3 text "Position"
-- column: is_active bool "Still there"
-- column: last_touch_on date "Last contact by a person"
-- column: is_touched bool "Still there, and contacted within the days"
WITH jobs AS (
  SELECT
    person_id,
    customer_id,
    count(CASE WHEN ended_on IS NULL OR ended_on > $as_of THEN 1 END) AS n_running
  FROM staging.employment
  GROUP BY person_id, customer_id
),
parts AS (
  SELECT
    u.unit_id AS customer_id,
    c.person_id,
    CASE
      WHEN c.role5 IS NOT NULL THEN c.role5
      WHEN c.role3 = 'decision_maker' THEN 'decider'
      ELSE 'unknown'
    END AS role5,
    c.role3,
    (c.left_on IS NULL OR c.left_on > $as_of) AND coalesce(j.n_running > 0, true) AS is_active
  FROM staging.contacts c
  JOIN value.units u ON u.customer_id = c.customer_id
  LEFT JOIN jobs j ON j.person_id = c.person_id AND j.customer_id = c.customer_id
  WHERE NOT u.is_internal
),
acc AS (
  SELECT customer_id, person_id, role5, min(role3) AS role3, bool_or(is_active) AS is_active
  FROM parts
  GROUP BY customer_id, person_id, role5
),
touched AS (
  SELECT customer_id, person_id, max(touched_on) AS last_touch_on
  FROM decision_chain.person_touches
  GROUP BY customer_id, person_id
),
rule AS (
  SELECT touch_days
  FROM rules.role_coverage
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  a.customer_id,
  a.person_id,
  a.role5,
  coalesce(a.role3, m.role3) AS role3,
  a.is_active,
  t.last_touch_on,
  a.is_active AND coalesce($as_of - t.last_touch_on <= r.touch_days, false) AS is_touched
FROM acc a
CROSS JOIN rule r
LEFT JOIN rules.decision_roles m
  ON m.role5 = a.role5
  AND (m.valid_from IS NULL OR m.valid_from <= $as_of) AND (m.valid_to IS NULL OR m.valid_to > $as_of)
LEFT JOIN touched t ON t.customer_id = a.customer_id AND t.person_id = a.person_id
