-- League table of operators, on the revenue that operations may have moved and on nothing else: the operator of the last touch before
-- the sale gets it. Beside it their touches in the window by the segment of the customer. Who spends more than the rule allows
-- (rules.attribution) on head customers, whose results are not theirs, is marked. The operator `(none)` stands for touches by
-- nobody in particular and has no rank.
--
-- grain: operator_id
-- order: revenue desc, touches desc, operator_id
-- empty_if_missing: staging.owners
-- check: head_touches + waist_touches + tail_touches + other_touches = touches
-- total: sum(revenue) = (select sum(revenue) from revenue.influenced)
-- total: sum(touches) = (select sum(touches) from revenue.operator_touches where touched_on >= $window_start and touched_on < $window_end)
-- column: operator_id text "Operator"
-- column: operator_name text "Operator name"
-- column: rank count "Rank by revenue"
-- column: revenue money "Revenue that operations may have moved"
-- column: share ratio "Share of such revenue"
-- column: customers count "Customers with such revenue"
-- column: touches count "Touches in the window"
-- column: head_touches count "With head customers"
-- column: waist_touches count "With customers of the waist"
-- column: tail_touches count "With customers of the tail"
-- column: other_touches count "With customers without sales in the window"
-- column: head_share ratio "Share of touches with head customers"
-- column: is_on_head bool "Spends too much of the time on head customers"
-- column: is_small_sample bool "Too few touches for a share to mean much"
WITH credited AS (
  SELECT operator_id, sum(revenue) AS revenue, count(DISTINCT customer_id) AS customers
  FROM revenue.influenced
  GROUP BY operator_id
),
touched AS (
  SELECT
    o.operator_id,
    sum(o.touches) AS touches,
    sum(CASE WHEN c.segment = 'head' THEN o.touches ELSE 0 END) AS head,
    sum(CASE WHEN c.segment = 'waist' THEN o.touches ELSE 0 END) AS waist,
    sum(CASE WHEN c.segment = 'tail' THEN o.touches ELSE 0 END) AS tail
  FROM revenue.operator_touches o
  LEFT JOIN tiers.current c ON c.customer_id = o.customer_id
  WHERE o.touched_on >= $window_start AND o.touched_on < $window_end
  GROUP BY o.operator_id
),
operators AS (
  SELECT
    coalesce(c.operator_id, t.operator_id) AS operator_id,
    coalesce(c.operator_id, t.operator_id) <> '(none)' AS is_somebody,
    coalesce(c.revenue, 0) AS revenue,
    coalesce(c.customers, 0) AS customers,
    coalesce(t.touches, 0) AS touches,
    coalesce(t.head, 0) AS head,
    coalesce(t.waist, 0) AS waist,
    coalesce(t.tail, 0) AS tail
  FROM credited c
  FULL OUTER JOIN touched t ON t.operator_id = c.operator_id
),
ranked AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY is_somebody ORDER BY revenue DESC, touches DESC, operator_id) AS place,
    sum(revenue) OVER () AS t
  FROM operators
)
SELECT
  r.operator_id,
  coalesce(o.owner_name, CASE WHEN r.is_somebody THEN r.operator_id END) AS operator_name,
  CASE WHEN r.is_somebody THEN CAST(r.place AS BIGINT) END AS rank,
  r.revenue,
  CASE WHEN r.t > 0 THEN CAST(r.revenue AS DOUBLE) / CAST(r.t AS DOUBLE) END AS share,
  r.customers,
  r.touches,
  r.head AS head_touches,
  r.waist AS waist_touches,
  r.tail AS tail_touches,
  r.touches - r.head - r.waist - r.tail AS other_touches,
  CAST(r.head AS DOUBLE) / NULLIF(r.touches, 0) AS head_share,
  r.is_somebody AND r.head > a.head_touch_share * r.touches AS is_on_head,
  r.touches < s.min_units AS is_small_sample
FROM ranked r
CROSS JOIN rules.attribution a
CROSS JOIN rules.small_samples s
LEFT JOIN staging.owners o ON o.owner_id = r.operator_id
WHERE (a.valid_from IS NULL OR a.valid_from <= $as_of) AND (a.valid_to IS NULL OR a.valid_to > $as_of)
  AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
