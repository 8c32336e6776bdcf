-- The tier cuts that apply on the as-of date and on each of the last 14 month-ends, as steps of the cumulative share.
-- A customer takes the step that holds the share of all customers ahead of it; the last step also takes everybody at zero
-- or below.
--
-- grain: valid_on, tier
-- order: valid_on, position
-- check: above_share < below_share
-- column: valid_on date "Day"
-- column: tier text "Tier"
-- column: position count "Position from the top"
-- column: above_share ratio "From this share"
-- column: below_share ratio "To below this share"
-- column: is_last bool "The last tier"
-- column: rule_version text "Version of the rule"
WITH days AS (
  SELECT month_end(month_add(month_start($as_of + 1), -n)) AS valid_on
  FROM (SELECT unnest(range(1, 15)) AS n)
  UNION
  SELECT $as_of
)
SELECT
  d.valid_on,
  c.tier,
  CAST(row_number() OVER (PARTITION BY d.valid_on ORDER BY c.below, c.tier) AS BIGINT) AS position,
  coalesce(lag(c.below) OVER (PARTITION BY d.valid_on ORDER BY c.below, c.tier), 0) AS above_share,
  c.below AS below_share,
  lead(c.below) OVER (PARTITION BY d.valid_on ORDER BY c.below, c.tier) IS NULL AS is_last,
  c.version AS rule_version
FROM days d
JOIN rules.tier_cuts c
  ON (c.valid_from IS NULL OR c.valid_from <= d.valid_on) AND (c.valid_to IS NULL OR c.valid_to > d.valid_on)
