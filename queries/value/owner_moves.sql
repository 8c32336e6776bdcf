-- Owners who came into or fell out of the first 20 % of the sales people, against the window `compare_months` earlier.
-- Nothing is said when the data has no revenue in that window.
--
-- grain: owner_id
-- order: direction, rank, rank_before, owner_id
-- empty_if_missing: staging.owners
-- check: is_in <> was_in
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: team text "Team"
-- column: direction text "Came in or fell out"
-- column: is_in bool "Among the first 20 % now"
-- column: was_in bool "Among the first 20 % before"
-- column: rank count "Rank now"
-- column: rank_before count "Rank before"
-- column: revenue money "Final revenue in the window"
-- column: revenue_before money "Final revenue in the window before"
-- column: change money "Change"
WITH acc AS (
  SELECT owner_id, coalesce(sum(revenue), 0) AS revenue, coalesce(sum(revenue_before), 0) AS revenue_before
  FROM value.owner_revenue
  WHERE owner_id <> '(house)'
  GROUP BY owner_id
),
ranked AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY revenue > 0 ORDER BY revenue DESC, owner_id) AS place,
    count(CASE WHEN revenue > 0 THEN 1 END) OVER () AS n,
    row_number() OVER (PARTITION BY revenue_before > 0 ORDER BY revenue_before DESC, owner_id) AS place_before,
    count(CASE WHEN revenue_before > 0 THEN 1 END) OVER () AS n_before
  FROM acc
),
placed AS (
  SELECT
    r.*,
    r.revenue > 0 AND r.place - 1 < p.customer_share * r.n AS is_in,
    r.revenue_before > 0 AND r.place_before - 1 < p.customer_share * r.n_before AS was_in
  FROM ranked r
  CROSS JOIN rules.pareto p
  WHERE r.n_before > 0
    AND (p.valid_from IS NULL OR p.valid_from <= $as_of) AND (p.valid_to IS NULL OR p.valid_to > $as_of)
)
SELECT
  p.owner_id,
  coalesce(o.owner_name, p.owner_id) AS owner_name,
  o.team,
  CASE WHEN p.is_in THEN 'in' ELSE 'out' END AS direction,
  p.is_in,
  p.was_in,
  CASE WHEN p.revenue > 0 THEN CAST(p.place AS BIGINT) END AS rank,
  CASE WHEN p.revenue_before > 0 THEN CAST(p.place_before AS BIGINT) END AS rank_before,
  p.revenue,
  p.revenue_before,
  p.revenue - p.revenue_before AS change
FROM placed p
LEFT JOIN staging.owners o ON o.owner_id = p.owner_id
WHERE p.is_in <> p.was_in
