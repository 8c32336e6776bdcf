-- The concentration curve for the chart: share of customers against share of revenue or gross profit, largest first.
-- At most 200 points per basis, always with the origin, the customer who crosses the 80 % and the last one.
--
-- grain: basis, point
-- order: basis desc, point
-- check: customers_share between 0 and 1
-- check: revenue_share between 0 and 1
-- column: basis text "Basis"
-- column: point count "Customers counted from the largest"
-- column: customers_share ratio "Share of customers"
-- column: revenue_share ratio "Share of revenue or gross profit"
-- column: is_crossing bool "Here the 80 % is reached"
WITH basis AS (
  SELECT 'revenue' AS basis, rank, revenue AS v, in_k80 FROM value.contribution WHERE rank IS NOT NULL
  UNION ALL
  SELECT 'gross_profit', profit_rank, gross_profit, in_k80_profit FROM value.contribution WHERE profit_rank IS NOT NULL
),
curve AS (
  SELECT
    basis,
    rank,
    sum(v) OVER (PARTITION BY basis ORDER BY rank ROWS UNBOUNDED PRECEDING) AS cum,
    sum(v) OVER (PARTITION BY basis) AS t,
    count(*) OVER (PARTITION BY basis) AS n,
    sum(CASE WHEN in_k80 THEN 1 ELSE 0 END) OVER (PARTITION BY basis) AS crossing
  FROM basis
)
SELECT
  basis,
  rank AS point,
  CAST(rank AS DOUBLE) / n AS customers_share,
  CAST(cum AS DOUBLE) / CAST(t AS DOUBLE) AS revenue_share,
  rank = crossing AS is_crossing
FROM curve
-- Every step-th customer: the step is chosen so that at most 197 are left, which makes 200 with the three fixed points.
WHERE rank % ((n + 196) / 197) = 0 OR rank = crossing OR rank = n
UNION ALL
SELECT DISTINCT basis, 0, CAST(0 AS DOUBLE), CAST(0 AS DOUBLE), false
FROM basis
