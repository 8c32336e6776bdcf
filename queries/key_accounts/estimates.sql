-- The newest estimate of what each customer spends in a year on what we sell, whoever it buys from. Of two of the same day the first
-- source by name counts, then the larger one. An estimate of more months ago than rules.wallet allows is outdated. Each member of a
-- group has its own. Estimates at zero or below say nothing and are left out, and so are those of internal customers.
--
-- grain: customer_id
-- check: estimated_spend > 0
-- column: customer_id text "Customer"
-- column: unit_id text "Customer or its group"
-- column: estimated_on date "Day of the estimate"
-- column: source text "Source of the estimate"
-- column: estimated_spend money "Estimated spend in a year"
-- column: is_outdated bool "Too old to be used"
WITH rule AS (
  SELECT max_months
  FROM rules.wallet
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
newest AS (
  SELECT w.customer_id, u.unit_id, w.as_of AS estimated_on, w.source, w.estimated_spend
  FROM staging.wallet w
  JOIN value.units u ON u.customer_id = w.customer_id
  WHERE w.estimated_spend > 0 AND w.as_of <= $as_of AND NOT u.is_internal
  QUALIFY row_number() OVER (PARTITION BY w.customer_id ORDER BY w.as_of DESC, w.source, w.estimated_spend DESC) = 1
)
SELECT
  n.customer_id,
  n.unit_id,
  n.estimated_on,
  n.source,
  n.estimated_spend,
  n.estimated_on < month_add($as_of, -r.max_months) AS is_outdated
FROM newest n
CROSS JOIN rule r
