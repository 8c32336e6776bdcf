-- Each kind of label on the as-of date: how many customers have one, how many have none, for how many several values match, and how many
-- have another value than at the month-end before, of those who had one on both days. The line `any` is that of all kinds together.
--
-- grain: label
-- order: position, label
-- check: labelled + unlabelled = customers
-- check: overlapping <= labelled
-- column: label text "Kind of label"
-- column: position count "Position, all kinds last"
-- column: customers count "Customers"
-- column: labelled count "With a label"
-- column: unlabelled count "Without"
-- column: unlabelled_share ratio "Share without"
-- column: overlapping count "For whom several match"
-- column: compared count "With a label on both days"
-- column: changed count "With another label than at the month-end before"
-- column: changed_share ratio "Share of these"
WITH population AS (
  SELECT count(*) AS customers FROM scores.population WHERE scored_on = $as_of
),
pairs AS (
  SELECT
    label,
    customer_id,
    max(CASE WHEN valid_on = $as_of THEN value END) AS value,
    max(CASE WHEN valid_on < $as_of THEN value END) AS value_before,
    max(CASE WHEN valid_on = $as_of THEN n_matches END) AS n_matches
  FROM labels.matched
  GROUP BY label, customer_id
),
kinds AS (
  SELECT DISTINCT label
  FROM rules.labels
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
  UNION
  SELECT DISTINCT label FROM pairs
),
sums AS (
  SELECT
    label,
    1 AS position,
    count(value) AS labelled,
    sum(CASE WHEN n_matches > 1 THEN 1 ELSE 0 END) AS overlapping,
    sum(CASE WHEN value IS NOT NULL AND value_before IS NOT NULL THEN 1 ELSE 0 END) AS compared,
    sum(CASE WHEN value <> value_before THEN 1 ELSE 0 END) AS changed
  FROM (SELECT k.label, p.value, p.value_before, p.n_matches FROM kinds k LEFT JOIN pairs p ON p.label = k.label) a
  GROUP BY label
  UNION ALL
  SELECT
    'any',
    2,
    count(*),
    coalesce(sum(CASE WHEN n_matches > 1 THEN 1 ELSE 0 END), 0),
    CAST(NULL AS BIGINT),
    CAST(NULL AS BIGINT)
  FROM (SELECT customer_id, max(n_matches) AS n_matches FROM pairs WHERE value IS NOT NULL GROUP BY customer_id) a
)
SELECT
  s.label,
  s.position,
  p.customers,
  s.labelled,
  p.customers - s.labelled AS unlabelled,
  CAST(p.customers - s.labelled AS DOUBLE) / NULLIF(p.customers, 0) AS unlabelled_share,
  s.overlapping,
  s.compared,
  s.changed,
  CAST(s.changed AS DOUBLE) / NULLIF(s.compared, 0) AS changed_share
FROM sums s
CROSS JOIN population p
