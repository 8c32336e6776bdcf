-- The ledger of scores on each day of scores.days: one line for each rule that gave a customer points. Of the steps of a rule
-- (rules.score_rules) the highest one that the evidence reaches counts; its points halve with every full half-life that has passed
-- since the newest evidence, and are rounded to four decimals once, here. Where the points of a dimension pass its cap or floor
-- (rules.score_caps), a line of its own takes the difference away again, so that the lines always add up to the score.
--
-- grain: scored_on, customer_id, rule_id
-- check: dimension in ('attribute', 'behaviour', 'order', 'device')
-- column: scored_on date "Day"
-- column: customer_id text "Customer"
-- column: rule_id text "Rule"
-- column: dimension text "Dimension"
-- column: value count "Evidence"
-- column: evidence_on date "Day of the newest evidence"
-- column: halvings count "Half-lives passed"
-- column: points count "Points"
-- column: rule_version text "Version of the rule"
WITH reached AS (
  SELECT
    e.scored_on,
    e.customer_id,
    e.rule_id,
    r.dimension,
    e.value,
    e.evidence_on,
    CASE WHEN r.half_life_days > 0 THEN CAST((e.scored_on - e.evidence_on) / r.half_life_days AS BIGINT) ELSE 0 END AS halvings,
    r.points,
    r.version AS rule_version,
    row_number() OVER (PARTITION BY e.scored_on, e.customer_id, e.rule_id ORDER BY r.from_value DESC) AS place
  FROM scores.evidence e
  JOIN rules.score_rules r
    ON r.rule_id = e.rule_id
    AND (r.valid_from IS NULL OR r.valid_from <= e.scored_on) AND (r.valid_to IS NULL OR r.valid_to > e.scored_on)
    AND e.value >= r.from_value
),
given AS (
  SELECT
    scored_on,
    customer_id,
    rule_id,
    dimension,
    value,
    evidence_on,
    halvings,
    CASE
      WHEN halvings > 20 THEN CAST(0 AS DECIMAL(18, 4))
      ELSE CAST(round(points / (CAST(1 AS BIGINT) << halvings), 4) AS DECIMAL(18, 4))
    END AS points,
    rule_version
  FROM reached
  WHERE place = 1
),
sums AS (
  SELECT scored_on, customer_id, dimension, sum(points) AS points FROM given GROUP BY scored_on, customer_id, dimension
),
capped AS (
  SELECT
    s.scored_on,
    s.customer_id,
    s.dimension,
    CAST(least(greatest(s.points, c.min_points), c.max_points) - s.points AS DECIMAL(18, 4)) AS points,
    c.version AS rule_version
  FROM sums s
  JOIN rules.score_caps c
    ON c.dimension = s.dimension
    AND (c.valid_from IS NULL OR c.valid_from <= s.scored_on) AND (c.valid_to IS NULL OR c.valid_to > s.scored_on)
)
SELECT scored_on, customer_id, rule_id, dimension, value, evidence_on, halvings, points, rule_version
FROM given
WHERE points <> 0
UNION ALL
SELECT
  scored_on,
  customer_id,
  'cap_' || dimension AS rule_id,
  dimension,
  CAST(NULL AS DECIMAL(28, 8)) AS value,
  CAST(NULL AS DATE) AS evidence_on,
  CAST(NULL AS BIGINT) AS halvings,
  points,
  rule_version
FROM capped
WHERE points <> 0
