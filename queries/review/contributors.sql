-- Who or what made revenue and gross profit change: the largest changes either way, as many as rules.review_limits says, by
-- customer, tier, region, owner and product line, against last week, last month and last year. What is left is one line, which is the
-- whole change less those named, so that each division comes to the change of review.changes exactly. A part that did not
-- change is none.
--
-- grain: metric, comparison, dimension, place
-- check: total_change = named_change + rest_change
-- check: is_rest or change <> 0
-- total: coalesce(sum(case when metric = 'revenue' and dimension = 'customer' and comparison = 'last_month' then change end), 0) = (select coalesce(sum(a.amount - b.amount), 0) from review.history a join review.history b on b.metric = a.metric and b.span = a.span where a.metric = 'revenue' and a.span = 'month' and a.k = 0 and b.k = 1)
-- total: coalesce(sum(case when metric = 'revenue' and dimension = 'customer' and comparison = 'last_year' then change end), 0) = (select coalesce(sum(a.amount - b.amount), 0) from review.history a join review.history b on b.metric = a.metric and b.span = a.span where a.metric = 'revenue' and a.span = 'month' and a.k = 0 and b.k = 12)
-- total: coalesce(sum(case when metric = 'revenue' and dimension = 'customer' and comparison = 'last_week' then change end), 0) = (select coalesce(sum(a.amount - b.amount), 0) from review.history a join review.history b on b.metric = a.metric and b.span = a.span where a.metric = 'revenue' and a.span = 'week' and a.k = 0 and b.k = 1)
-- column: metric text "Metric"
-- column: comparison text "Compared with"
-- column: dimension text "Divided by"
-- column: place count "Place, the greatest change first, the rest last"
-- column: member_id text "Part; empty for what has no name"
-- column: member_name text "Name of the part"
-- column: owner_name text "Owner, where the part is a customer"
-- column: value money "Now"
-- column: value_before money "Before"
-- column: change money "Change"
-- column: change_share ratio "Share of the whole change"
-- column: n_members count "Parts in the line"
-- column: is_rest bool "All others together"
-- column: total_change money "The whole change, from the history of the metric"
-- column: named_change money "Change of the parts that are named"
-- column: rest_change money "Change of all others"
WITH ranked AS (
  SELECT
    p.*,
    p.value - p.value_before AS change,
    row_number() OVER (
      PARTITION BY p.metric, p.comparison, p.dimension ORDER BY abs(p.value - p.value_before) DESC, p.member_id
    ) AS place
  FROM review.change_parts p
),
wholes AS (
  SELECT
    c.metric,
    c.comparison,
    a.amount AS value,
    b.amount AS value_before
  FROM (VALUES
    ('revenue', 'last_week', 'week', 1), ('revenue', 'last_month', 'month', 1), ('revenue', 'last_year', 'month', 12),
    ('gross_profit', 'last_week', 'week', 1), ('gross_profit', 'last_month', 'month', 1), ('gross_profit', 'last_year', 'month', 12)
  ) AS c (metric, comparison, span, k)
  JOIN review.history a ON a.metric = c.metric AND a.span = c.span AND a.k = 0
  JOIN review.history b ON b.metric = c.metric AND b.span = c.span AND b.k = c.k
),
rule AS (
  SELECT max_contributors
  FROM rules.review_limits
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
divided AS (
  SELECT
    r.metric,
    r.comparison,
    r.dimension,
    sum(CASE WHEN r.place <= l.max_contributors THEN r.value ELSE 0 END) AS named_value,
    sum(CASE WHEN r.place <= l.max_contributors THEN r.value_before ELSE 0 END) AS named_before,
    sum(CASE WHEN r.place > l.max_contributors THEN r.change ELSE 0 END) AS rest_change,
    count(CASE WHEN r.place > l.max_contributors AND r.change <> 0 THEN 1 END) AS n_rest
  FROM ranked r
  CROSS JOIN rule l
  GROUP BY r.metric, r.comparison, r.dimension
),
lines AS (
  SELECT
    r.metric,
    r.comparison,
    r.dimension,
    r.place,
    r.member_id,
    r.member_name,
    r.owner_name,
    r.value,
    r.value_before,
    r.change,
    1 AS n_members,
    false AS is_rest
  FROM ranked r
  CROSS JOIN rule l
  WHERE r.place <= l.max_contributors AND r.change <> 0
  UNION ALL
  SELECT
    d.metric,
    d.comparison,
    d.dimension,
    l.max_contributors + 1 AS place,
    NULL AS member_id,
    NULL AS member_name,
    NULL AS owner_name,
    w.value - d.named_value AS value,
    w.value_before - d.named_before AS value_before,
    (w.value - d.named_value) - (w.value_before - d.named_before) AS change,
    d.n_rest AS n_members,
    true AS is_rest
  FROM divided d
  JOIN wholes w ON w.metric = d.metric AND w.comparison = d.comparison
  CROSS JOIN rule l
  WHERE d.n_rest > 0 OR d.rest_change <> 0
)
SELECT
  n.metric,
  n.comparison,
  n.dimension,
  n.place,
  n.member_id,
  n.member_name,
  n.owner_name,
  n.value,
  n.value_before,
  n.change,
  CAST(n.change AS DOUBLE) / NULLIF(CAST(w.value - w.value_before AS DOUBLE), 0) AS change_share,
  n.n_members,
  n.is_rest,
  w.value - w.value_before AS total_change,
  d.named_value - d.named_before AS named_change,
  d.rest_change
FROM lines n
JOIN wholes w ON w.metric = n.metric AND w.comparison = n.comparison
JOIN divided d ON d.metric = n.metric AND d.comparison = n.comparison AND d.dimension = n.dimension
