-- Final revenue behind movers by full months since the move, up to the longest horizon (rules.pay_off_horizons), with the number of moves
-- for which that month has begun and for which it is over. A month that no move has reached has no row. Where not all moves have
-- got so far, the sum is that of those that have, and is marked as partial.
--
-- grain: months_since
-- order: months_since
-- check: complete_moves <= reached_moves
-- total: sum(revenue) = (select coalesce(sum(revenue), 0) from acquisition.mover_sales)
-- column: months_since count "Full months since the move"
-- column: reached_moves count "Moves for which this month has begun"
-- column: complete_moves count "Moves for which it is over"
-- column: revenue money "Final revenue in this month"
-- column: cumulative_revenue money "Final revenue up to this month"
-- column: is_partial bool "Not over for all moves"
WITH months AS (
  SELECT unnest(range(0, max(horizon_months))) AS months_since
  FROM rules.pay_off_horizons
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
reached AS (
  SELECT
    k.months_since,
    count(*) AS moves,
    count(CASE WHEN month_add(m.moved_on, k.months_since) <= $as_of THEN 1 END) AS reached_moves,
    count(CASE WHEN m.months_since > k.months_since THEN 1 END) AS complete_moves
  FROM months k
  CROSS JOIN acquisition.moves m
  WHERE m.move_state = 'mover'
  GROUP BY k.months_since
),
sold AS (
  SELECT months_since, sum(revenue) AS revenue FROM acquisition.mover_sales GROUP BY months_since
)
SELECT
  r.months_since,
  r.reached_moves,
  r.complete_moves,
  coalesce(s.revenue, 0) AS revenue,
  sum(coalesce(s.revenue, 0)) OVER (ORDER BY r.months_since ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS cumulative_revenue,
  r.complete_moves < r.moves AS is_partial
FROM reached r
LEFT JOIN sold s ON s.months_since = r.months_since
WHERE r.reached_moves > 0
