-- The concentration of revenue against the limits of rules.concentration_bands: the largest customer (cr1), the largest five (cr5)
-- and the Herfindahl index (hhi). A limit is exceeded above it, not at it. The limits are rules of thumb of buyers and lenders,
-- not standards.
--
-- grain: measure, level
-- order: measure, above
-- column: measure text "Measure"
-- column: level text "Level"
-- column: above ratio "Limit"
-- column: actual ratio "Actual"
-- column: is_index bool "An index and no share"
-- column: above_points count "Limit in points (0 to 10,000), of the index"
-- column: actual_points count "Actual in points"
-- column: is_exceeded bool "Above the limit"
-- column: rule_version text "Version of the rule"
WITH sums AS (
  SELECT
    sum(revenue) AS t,
    sum(CASE WHEN rank <= 1 THEN revenue END) AS v1,
    sum(CASE WHEN rank <= 5 THEN revenue END) AS v5,
    sum(revenue * revenue) AS squares
  FROM value.contribution
  WHERE rank IS NOT NULL
),
parts AS (
  SELECT 'cr1' AS measure, v1 AS part, t AS whole FROM sums
  UNION ALL
  SELECT 'cr5', v5, t FROM sums
  UNION ALL
  SELECT 'hhi', squares, t * t FROM sums
)
SELECT
  b.measure,
  b.level,
  CAST(b.above AS DOUBLE) AS above,
  CAST(p.part AS DOUBLE) / NULLIF(CAST(p.whole AS DOUBLE), 0) AS actual,
  b.measure = 'hhi' AS is_index,
  CASE WHEN b.measure = 'hhi' THEN CAST(round(b.above * 10000) AS BIGINT) END AS above_points,
  CASE WHEN b.measure = 'hhi' THEN CAST(round(CAST(p.part AS DOUBLE) / CAST(p.whole AS DOUBLE) * 10000) AS BIGINT) END AS actual_points,
  -- Four decimals of the limit leave room for the square of a total.
  p.part > CAST(b.above AS DECIMAL(9, 4)) * p.whole AS is_exceeded,
  b.version AS rule_version
FROM rules.concentration_bands b
JOIN parts p ON p.measure = b.measure
WHERE (b.valid_from IS NULL OR b.valid_from <= $as_of) AND (b.valid_to IS NULL OR b.valid_to > $as_of)
