-- The concentration curve of the sales people for the chart: share of owners against share of their revenue, the first one first.
-- Owners are those ranked in value.owner_contribution: house sales and owners at zero or below have no part in it.
--
-- grain: point
-- check: owners_share between 0 and 1
-- check: revenue_share between 0 and 1
-- column: point count "Owners counted from the first"
-- column: owners_share ratio "Share of owners"
-- column: revenue_share ratio "Share of revenue"
-- column: is_crossing bool "Here the 80 % is reached"
WITH counted AS (
  SELECT
    rank,
    cumulative_share,
    count(*) OVER () AS n,
    sum(CASE WHEN in_k80 THEN 1 ELSE 0 END) OVER () AS crossing
  FROM value.owner_contribution
  WHERE rank IS NOT NULL
)
SELECT
  rank AS point,
  CAST(rank AS DOUBLE) / n AS owners_share,
  cumulative_share AS revenue_share,
  rank = crossing AS is_crossing
FROM counted
UNION ALL
SELECT DISTINCT 0, CAST(0 AS DOUBLE), CAST(0 AS DOUBLE), false
FROM counted
