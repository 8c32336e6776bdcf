-- Why revenue per active customer changed: the latest full month against the one `compare_months` earlier, tier by tier.
-- The mix effect is the change of the tier's share of active customers at its earlier ARPU; the rate effect is the rest of the
-- tier's part in the change. A tier that had no active customers before is all mix. Both effects of all tiers add up to
-- the change of the overall ARPU.
--
-- grain: tier
-- order: position
-- column: tier text "Tier"
-- column: position count "Position from the top"
-- column: month_before month "Month before"
-- column: month_after month "Month after"
-- column: active_before count "Active customers before"
-- column: active_after count "Active customers after"
-- column: arpu_before money "ARPU before"
-- column: arpu_after money "ARPU after"
-- column: mix_effect money "Change through the mix of tiers"
-- column: rate_effect money "Change through ARPU inside the tier"
-- column: total_effect money "Part of the tier in the change"
WITH ends AS (
  SELECT
    month_add(month_start($as_of + 1), -1) AS month_after,
    month_add(month_start($as_of + 1), -1 - $compare_months) AS month_before
),
picked AS (
  SELECT
    e.month_before,
    e.month_after,
    t.tier,
    t.position,
    t.month = e.month_after AS is_after,
    t.revenue,
    t.active_customers,
    sum(t.active_customers) OVER (PARTITION BY t.month) AS n
  FROM arpu.by_tier t
  JOIN ends e ON t.month = e.month_before OR t.month = e.month_after
  WHERE e.month_before IN (SELECT month FROM arpu.by_tier) AND e.month_after IN (SELECT month FROM arpu.by_tier)
),
pairs AS (
  SELECT
    month_before,
    month_after,
    tier,
    min(position) AS position,
    coalesce(sum(CASE WHEN NOT is_after THEN revenue END), 0) AS r0,
    coalesce(sum(CASE WHEN is_after THEN revenue END), 0) AS r1,
    coalesce(sum(CASE WHEN NOT is_after THEN active_customers END), 0) AS n0,
    coalesce(sum(CASE WHEN is_after THEN active_customers END), 0) AS n1,
    max(CASE WHEN NOT is_after THEN n END) AS all0,
    max(CASE WHEN is_after THEN n END) AS all1
  FROM picked
  GROUP BY month_before, month_after, tier
),
totals AS (
  SELECT
    *,
    max(all0) OVER () AS t0,
    max(all1) OVER () AS t1
  FROM pairs
),
effects AS (
  SELECT
    *,
    -- One exact numerator over one exact denominator each.
    CAST(r1 * t0 - r0 * t1 AS DOUBLE) / NULLIF(CAST(t0 * t1 AS DOUBLE), 0) AS total_effect,
    CASE
      WHEN n0 > 0 THEN CAST((n1 * t0 - n0 * t1) * r0 AS DOUBLE) / NULLIF(CAST(t0 * t1 * n0 AS DOUBLE), 0)
      ELSE CAST(r1 * t0 - r0 * t1 AS DOUBLE) / NULLIF(CAST(t0 * t1 AS DOUBLE), 0)
    END AS mix_effect
  FROM totals
)
SELECT
  tier,
  position,
  month_before,
  month_after,
  n0 AS active_before,
  n1 AS active_after,
  CAST(r0 AS DOUBLE) / NULLIF(n0, 0) AS arpu_before,
  CAST(r1 AS DOUBLE) / NULLIF(n1, 0) AS arpu_after,
  mix_effect,
  total_effect - mix_effect AS rate_effect,
  total_effect
FROM effects
