-- Why revenue per active customer changed, tier by tier: the latest full month against the one `compare_months` earlier (recent) and
-- against the same month a year before (year). The mix effect is the change of the tier's share of active customers at its
-- earlier ARPU; the rate effect is the rest of the tier's part in the change. A tier that had no active customers before is
-- all mix. The effects are decimals, and the tier with the largest part takes what rounding leaves, so that all of
-- them add up to the change exactly.
--
-- grain: comparison, tier
-- order: comparison, position
-- check: mix_effect + rate_effect = total_effect
-- column: comparison text "Compared with"
-- column: tier text "Tier"
-- column: position count "Position from the top"
-- column: month_before month "Month before"
-- column: month_after month "Month after"
-- column: active_before count "Active customers before"
-- column: active_after count "Active customers after"
-- column: is_small_sample bool "Too few active customers in one of the months for a ratio to mean much"
-- column: revenue_before money "Revenue before"
-- column: revenue_after money "Revenue after"
-- column: arpu_before money "ARPU before"
-- column: arpu_after money "ARPU after"
-- column: mix_effect money "Change through the mix of tiers"
-- column: rate_effect money "Change through ARPU inside the tier"
-- column: total_effect money "Part of the tier in the change"
WITH ends AS (
  SELECT comparison, month_add(month_start($as_of + 1), -1) AS month_after, month_add(month_start($as_of + 1), -1 - months) AS month_before
  FROM (SELECT 'recent' AS comparison, $compare_months AS months UNION ALL SELECT 'year', 12)
),
reach AS (
  SELECT min(month) AS first_month, max(month) AS last_month FROM arpu.by_tier
),
points AS (
  SELECT
    e.comparison,
    e.month_before,
    e.month_after,
    s.is_after,
    CASE WHEN s.is_after THEN e.month_after ELSE e.month_before END AS month
  FROM ends e
  CROSS JOIN (VALUES (false), (true)) AS s (is_after)
  JOIN reach r ON r.first_month <= e.month_before AND r.last_month >= e.month_after
),
pairs AS (
  SELECT
    p.comparison,
    p.month_before,
    p.month_after,
    t.tier,
    min(t.position) AS position,
    coalesce(sum(CASE WHEN NOT p.is_after THEN t.revenue END), 0) AS r0,
    coalesce(sum(CASE WHEN p.is_after THEN t.revenue END), 0) AS r1,
    coalesce(sum(CASE WHEN NOT p.is_after THEN t.active_customers END), 0) AS n0,
    coalesce(sum(CASE WHEN p.is_after THEN t.active_customers END), 0) AS n1
  FROM points p
  JOIN arpu.by_tier t ON t.month = p.month
  GROUP BY p.comparison, p.month_before, p.month_after, t.tier
),
totals AS (
  SELECT
    *,
    sum(r0) OVER (PARTITION BY comparison) AS all_r0,
    sum(r1) OVER (PARTITION BY comparison) AS all_r1,
    sum(n0) OVER (PARTITION BY comparison) AS t0,
    sum(n1) OVER (PARTITION BY comparison) AS t1
  FROM pairs
),
quotients AS (
  -- One exact numerator over one exact denominator each.
  SELECT
    *,
    CAST(CAST(all_r1 * t0 - all_r0 * t1 AS DOUBLE) / NULLIF(CAST(t0 * t1 AS DOUBLE), 0) AS DECIMAL(38, 10)) AS change,
    CAST(CAST(r1 * t0 - r0 * t1 AS DOUBLE) / NULLIF(CAST(t0 * t1 AS DOUBLE), 0) AS DECIMAL(38, 10)) AS part,
    CAST(CAST((n1 * t0 - n0 * t1) * r0 AS DOUBLE) / NULLIF(CAST(t0 * t1 * n0 AS DOUBLE), 0) AS DECIMAL(38, 10)) AS mix
  FROM totals
),
parts AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY comparison ORDER BY abs(part) DESC, position) = 1 AS is_largest,
    change - sum(part) OVER (PARTITION BY comparison) AS rest
  FROM quotients
),
effects AS (
  SELECT *, CASE WHEN is_largest THEN part + rest ELSE part END AS total_effect
  FROM parts
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  comparison,
  tier,
  position,
  month_before,
  month_after,
  n0 AS active_before,
  n1 AS active_after,
  n0 < min_units OR n1 < min_units AS is_small_sample,
  r0 AS revenue_before,
  r1 AS revenue_after,
  CAST(r0 AS DOUBLE) / NULLIF(n0, 0) AS arpu_before,
  CAST(r1 AS DOUBLE) / NULLIF(n1, 0) AS arpu_after,
  CASE WHEN n0 > 0 THEN mix ELSE total_effect END AS mix_effect,
  CASE WHEN n0 > 0 THEN total_effect - mix ELSE total_effect - total_effect END AS rate_effect,
  total_effect
FROM effects
CROSS JOIN rule
