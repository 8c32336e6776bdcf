-- The figures of the ARPU page in one row: the change against the earlier month and the year before with its two causes, the tier
-- whose ARPU pulled most, revenue for each active user, and bundles. What the history or a missing table does not tell is empty.
--
-- grain: as_of
-- empty_if_missing: arpu.customer_lines, arpu.active_users
-- check: mix_effect + rate_effect = change
-- check: mix_effect_year + rate_effect_year = change_year
-- column: as_of date "As of"
-- column: month month "Latest full month"
-- column: arpu money "Revenue per active customer"
-- column: active_customers count "Active customers"
-- column: month_before month "Earlier month"
-- column: arpu_before money "ARPU in the earlier month"
-- column: change money "Change of ARPU"
-- column: change_share ratio "Change against the earlier month"
-- column: mix_effect money "Change through the mix of tiers"
-- column: rate_effect money "Change through ARPU inside the tiers"
-- column: arpu_year_before money "ARPU a year before"
-- column: change_year money "Change of ARPU in a year"
-- column: change_share_year ratio "Change against the year before"
-- column: mix_effect_year money "Change in a year through the mix of tiers"
-- column: rate_effect_year money "Change in a year through ARPU inside the tiers"
-- column: worst_tier text "Tier with the largest negative rate effect"
-- column: worst_rate_effect money "Rate effect of the tier with the greatest fall"
-- column: best_tier text "Tier with the largest positive rate effect"
-- column: best_rate_effect money "Rate effect of the tier with the greatest rise"
-- column: window_arpu money "Revenue per active customer in the window"
-- column: window_active_customers count "Active customers in the window"
-- column: revenue_per_user money "Revenue per active user in the window"
-- column: active_users count "Active users in the window"
-- column: known_customers count "Active customers whose products are known"
-- column: bundle_customers count "Customers with several product lines"
-- column: bundle_rate ratio "Share with several product lines"
-- column: bundle_rate_min ratio "Wanted at least"
-- column: single_line_key_customers count "Key customers with one product line"
-- column: single_line_key_revenue money "Final revenue of key customers with one product line"
-- column: is_down bool "ARPU fell"
-- column: is_down_by_mix bool "It fell mostly through the mix"
-- column: is_down_by_rate bool "It fell mostly inside the tiers"
-- column: has_worst_tier bool "ARPU fell, by rate more than by mix, and one tier pulled most"
-- column: is_down_in_year bool "ARPU fell in a year"
-- column: is_bundle_rate_low bool "Too few bundles"
-- column: has_single_line_key bool "There are key customers with one product line"
WITH latest AS (
  SELECT month, arpu, active_customers
  FROM arpu.monthly
  WHERE month = month_add(month_start($as_of + 1), -1)
),
recent AS (
  SELECT * FROM arpu.change WHERE comparison = 'recent'
),
year AS (
  SELECT * FROM arpu.change WHERE comparison = 'year'
),
ranked AS (
  SELECT
    tier,
    rate_effect,
    row_number() OVER (ORDER BY rate_effect, position) AS from_worst,
    row_number() OVER (ORDER BY rate_effect DESC, position) AS from_best
  FROM arpu.decomposition
  WHERE rate_effect IS NOT NULL
),
pulls AS (
  SELECT
    max(CASE WHEN from_worst = 1 AND rate_effect < 0 THEN tier END) AS worst_tier,
    max(CASE WHEN from_worst = 1 AND rate_effect < 0 THEN rate_effect END) AS worst_rate_effect,
    max(CASE WHEN from_best = 1 AND rate_effect > 0 THEN tier END) AS best_tier,
    max(CASE WHEN from_best = 1 AND rate_effect > 0 THEN rate_effect END) AS best_rate_effect
  FROM ranked
),
segments AS (
  SELECT
    sum(revenue) AS revenue,
    sum(active_customers) AS active_customers,
    sum(active_users) AS active_users,
    sum(revenue_with_users) AS revenue_with_users
  FROM arpu.by_segment
),
rule AS (
  SELECT min_lines, bundle_rate_min
  FROM rules.bundle_limits
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
lines AS (
  SELECT
    sum(CASE WHEN l.n_product_lines > 0 THEN 1 ELSE 0 END) AS known_customers,
    sum(CASE WHEN l.n_product_lines >= r.min_lines THEN 1 ELSE 0 END) AS bundle_customers,
    sum(CASE WHEN l.n_product_lines = 1 AND l.n_unknown_lines = 0 AND t.position = 1 THEN 1 ELSE 0 END) AS single_customers,
    coalesce(sum(CASE WHEN l.n_product_lines = 1 AND l.n_unknown_lines = 0 AND t.position = 1 THEN t.revenue END), 0) AS single_revenue
  FROM arpu.customer_lines l
  JOIN tiers.current t ON t.customer_id = l.customer_id
  CROSS JOIN rule r
)
SELECT
  $as_of AS as_of,
  m.month,
  m.arpu,
  m.active_customers,
  c.month_before,
  c.arpu_before,
  c.change,
  c.change_share,
  c.mix_effect,
  c.rate_effect,
  y.arpu_before AS arpu_year_before,
  y.change AS change_year,
  y.change_share AS change_share_year,
  y.mix_effect AS mix_effect_year,
  y.rate_effect AS rate_effect_year,
  p.worst_tier,
  p.worst_rate_effect,
  p.best_tier,
  p.best_rate_effect,
  CAST(s.revenue AS DOUBLE) / NULLIF(s.active_customers, 0) AS window_arpu,
  s.active_customers AS window_active_customers,
  CAST(s.revenue_with_users AS DOUBLE) / NULLIF(s.active_users, 0) AS revenue_per_user,
  s.active_users,
  NULLIF(l.known_customers, 0) AS known_customers,
  CASE WHEN l.known_customers > 0 THEN l.bundle_customers END AS bundle_customers,
  CAST(l.bundle_customers AS DOUBLE) / NULLIF(l.known_customers, 0) AS bundle_rate,
  CAST(r.bundle_rate_min AS DOUBLE) AS bundle_rate_min,
  CASE WHEN l.known_customers > 0 THEN l.single_customers END AS single_line_key_customers,
  CASE WHEN l.known_customers > 0 THEN l.single_revenue END AS single_line_key_revenue,
  c.change < 0 AS is_down,
  c.change < 0 AND c.mix_effect < c.rate_effect AS is_down_by_mix,
  c.change < 0 AND c.rate_effect <= c.mix_effect AS is_down_by_rate,
  c.change < 0 AND c.rate_effect <= c.mix_effect AND p.worst_tier IS NOT NULL AS has_worst_tier,
  y.change < 0 AS is_down_in_year,
  CASE WHEN l.known_customers > 0 THEN l.bundle_customers < r.bundle_rate_min * l.known_customers END AS is_bundle_rate_low,
  CASE WHEN l.known_customers > 0 THEN l.single_customers > 0 END AS has_single_line_key
FROM segments s
CROSS JOIN pulls p
CROSS JOIN lines l
CROSS JOIN rule r
LEFT JOIN latest m ON true
LEFT JOIN recent c ON true
LEFT JOIN year y ON true
