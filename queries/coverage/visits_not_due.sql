-- Visits spent on customers who were not due, by the colleague who made them. A joint visit counts for each who took part; a visit
-- without a name counts for the owner of the customer, or under `unassigned`. The share is of the visits of which it is
-- known whether they were due.
--
-- grain: owner_id
-- order: not_due desc, visits desc, owner_id
-- empty_if_missing: staging.owners
-- check: due + not_due + not_known = visits
-- column: owner_id text "Colleague"
-- column: owner_name text "Name"
-- column: visits count "Completed visits"
-- column: due count "Of these due"
-- column: not_due count "Of these not due"
-- column: not_known count "Of these without a known balance"
-- column: not_due_share ratio "Share of visits not due"
-- column: is_small_sample bool "Too few visits for a ratio to mean much"
WITH made AS (
  SELECT u.unit_id AS customer_id, t.touched_on, NULLIF(t.colleague, 'unassigned') AS owner_id
  FROM coverage.touches t
  JOIN value.units u ON u.customer_id = t.customer_id
  JOIN rules.touch_kinds k
    ON k.kind = t.kind
    AND (k.valid_from IS NULL OR k.valid_from <= t.touched_on) AND (k.valid_to IS NULL OR k.valid_to > t.touched_on)
  WHERE NOT u.is_internal AND t.is_done AND k.is_on_site
  GROUP BY u.unit_id, t.touched_on, t.colleague
),
named AS (
  SELECT DISTINCT v.customer_id, v.visited_on, v.is_due, coalesce(m.owner_id, v.owner_id, 'unassigned') AS owner_id
  FROM made m
  JOIN coverage.visit_log v ON v.customer_id = m.customer_id AND v.visited_on = m.touched_on
),
sums AS (
  SELECT
    owner_id,
    count(*) AS visits,
    sum(CASE WHEN is_due THEN 1 ELSE 0 END) AS due,
    sum(CASE WHEN NOT is_due THEN 1 ELSE 0 END) AS not_due,
    sum(CASE WHEN is_due IS NULL THEN 1 ELSE 0 END) AS not_known
  FROM named
  GROUP BY owner_id
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.owner_id,
  coalesce(o.owner_name, s.owner_id) AS owner_name,
  s.visits,
  s.due,
  s.not_due,
  s.not_known,
  CAST(s.not_due AS DOUBLE) / NULLIF(s.due + s.not_due, 0) AS not_due_share,
  s.due + s.not_due < r.min_units AS is_small_sample
FROM sums s
CROSS JOIN rule r
LEFT JOIN staging.owners o ON o.owner_id = s.owner_id
