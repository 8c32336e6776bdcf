-- The figures of the long tail in one row: what it brings and asks for, the price check, self-service, costly customers, and whether it
-- grows a waist. A figure whose tables are missing is empty, and so is the trigger over it.
--
-- grain: as_of
-- empty_if_missing: tail.costly, tail.of_groups, tail.self_service_total, tail.manual_products
-- total: sum(revenue) = (select sum(revenue) from tiers.current where segment = 'tail')
-- column: as_of date "As of"
-- column: customers count "Tail customers"
-- column: customers_share ratio "Share of customers"
-- column: revenue money "Final revenue of the tail in the window"
-- column: revenue_share ratio "Share of revenue"
-- column: tickets_share ratio "Share of tickets"
-- column: touches_share ratio "Share of contacts by people"
-- column: active_users_share ratio "Share of active users"
-- column: minutes_per_thousand count "Minutes of service for 1,000 of revenue"
-- column: head_minutes_per_thousand count "Minutes of service for 1,000 of revenue, head"
-- column: tail_cap money "Tail cap"
-- column: mean_spend money "Mean spend of a year"
-- column: median_spend money "Median spend of a year"
-- column: mean_order money "Mean order"
-- column: median_order money "Median order"
-- column: n_above_cap count "Customers above the cap"
-- column: above_cap_revenue money "Final revenue of those above the cap in the window"
-- column: above_cap_revenue_share ratio "Share of customers above the cap in the revenue of the tail"
-- column: revenue_share_below_cap ratio "Share of all revenue of the tail without them"
-- column: mean_below_cap money "Mean spend of a year without them"
-- column: n_at_or_below_zero count "Tail customers at or below zero"
-- column: activations count "Activated tail customers"
-- column: self_service count "Activated tail customers without help by people"
-- column: self_service_rate ratio "Self-service rate"
-- column: self_service_min ratio "Wanted at least"
-- column: touches_per_activation count "Contacts by people per activation"
-- column: n_manual_products count "Products that take much manual work"
-- column: n_costly count "Low spend with a bespoke need"
-- column: costly_spend money "Revenue of a year of small customers with a bespoke need"
-- column: n_of_groups count "Low-spend customers of big groups"
-- column: tail_before count "Tail customers twelve months before"
-- column: graduated count "Graduated to the waist in twelve months"
-- column: graduation_rate ratio "Graduated share"
-- column: graduation_min ratio "Wanted at least"
-- column: relegated count "Relegated from the waist in twelve months"
-- column: relegation_rate ratio "Relegated share"
-- column: recent_graduated count "Graduated since the earlier month-end"
-- column: recent_relegated count "Relegated since the earlier month-end"
-- column: is_price_check_failed bool "The price check fails for customers or for orders"
-- column: is_mean_failed bool "A mean lies above the cap"
-- column: is_median_failed bool "A median lies above the cap"
-- column: is_product_unfit bool "The price check fails, or too few start without help"
-- column: is_demand_heavy bool "Greater share of tickets than of revenue"
-- column: is_self_service_low bool "Too little self-service"
-- column: is_graduation_low bool "Too few graduate"
-- column: has_costly bool "There are low spenders with a bespoke need"
-- column: has_above_cap bool "There are customers above the cap"
-- column: has_of_groups bool "There are low spenders of big groups"
-- column: has_manual_products bool "There are products that take much manual work"
-- column: has_graduates bool "Customers graduated since the earlier month-end"
WITH demand AS (
  SELECT
    max(CASE WHEN segment = 'tail' THEN customers END) AS customers,
    max(CASE WHEN segment = 'tail' THEN customers_share END) AS customers_share,
    max(CASE WHEN segment = 'tail' THEN revenue END) AS revenue,
    max(CASE WHEN segment = 'tail' THEN revenue_share END) AS revenue_share,
    max(CASE WHEN segment = 'tail' THEN tickets_share END) AS tickets_share,
    max(CASE WHEN segment = 'tail' THEN touches_share END) AS touches_share,
    max(CASE WHEN segment = 'tail' THEN active_users_share END) AS active_users_share,
    max(CASE WHEN segment = 'tail' THEN minutes_per_thousand END) AS minutes_per_thousand,
    max(CASE WHEN segment = 'head' THEN minutes_per_thousand END) AS head_minutes_per_thousand,
    bool_or(CASE WHEN segment = 'tail' THEN is_high_need END) AS is_high_need
  FROM tail.demand
),
prices AS (
  SELECT
    max(CASE WHEN basis = 'customer_year' THEN mean END) AS mean_spend,
    max(CASE WHEN basis = 'customer_year' THEN median END) AS median_spend,
    max(CASE WHEN basis = 'order' THEN mean END) AS mean_order,
    max(CASE WHEN basis = 'order' THEN median END) AS median_order,
    max(CASE WHEN basis = 'customer_year' THEN above_cap END) AS n_above_cap,
    max(CASE WHEN basis = 'customer_year' THEN n_at_or_below_zero END) AS n_at_or_below_zero,
    bool_or(NOT passes) AS is_failed,
    bool_or(is_mean_high) AS is_mean_failed,
    bool_or(is_median_high) AS is_median_failed
  FROM tiers.tail_check
),
large AS (
  SELECT
    sum(t.revenue) AS all_revenue,
    sum(CASE WHEN t.segment = 'tail' THEN t.revenue END) AS tail_revenue,
    coalesce(sum(CASE WHEN t.segment = 'tail' AND a.customer_id IS NOT NULL THEN t.revenue END), 0) AS above_revenue,
    coalesce(sum(CASE WHEN t.segment = 'tail' AND a.customer_id IS NULL THEN t.revenue END), 0) AS below_revenue,
    sum(CASE WHEN t.segment = 'tail' AND a.customer_id IS NULL THEN t.annual_spend END) AS below_spend,
    sum(CASE WHEN t.segment = 'tail' AND a.customer_id IS NULL THEN 1 ELSE 0 END) AS n_below
  FROM tiers.current t
  LEFT JOIN tail.above_cap a ON a.customer_id = t.customer_id
),
needs AS (
  SELECT count(solution_need) > 0 AS has_needs FROM value.customers
),
parents AS (
  SELECT count(parent_id) > 0 AND $unit = 'entity' AS has_parents FROM staging.customers
),
costly AS (
  SELECT count(*) AS n, coalesce(sum(annual_spend), 0) AS spend FROM tail.costly
),
of_groups AS (
  SELECT count(*) AS n FROM tail.of_groups
),
products AS (
  SELECT count(*) AS n_products, coalesce(sum(CASE WHEN is_manual THEN 1 ELSE 0 END), 0) AS n_manual FROM tail.manual_products
),
growth AS (
  SELECT
    max(CASE WHEN comparison = 'year' THEN tail_before END) AS tail_before,
    max(CASE WHEN comparison = 'year' THEN graduated END) AS graduated,
    max(CASE WHEN comparison = 'year' THEN graduation_rate END) AS graduation_rate,
    max(CASE WHEN comparison = 'year' THEN relegated END) AS relegated,
    max(CASE WHEN comparison = 'year' THEN relegation_rate END) AS relegation_rate,
    bool_or(CASE WHEN comparison = 'year' THEN is_short_history OR is_small_sample END) AS is_unsure,
    max(CASE WHEN comparison = 'recent' THEN graduated END) AS recent_graduated,
    max(CASE WHEN comparison = 'recent' THEN relegated END) AS recent_relegated
  FROM tiers.graduation
),
rule AS (
  SELECT l.graduation_min, l.self_service_min, s.tail_cap
  FROM rules.tail_limits l
  CROSS JOIN rules.segment_caps s
  WHERE (l.valid_from IS NULL OR l.valid_from <= $as_of) AND (l.valid_to IS NULL OR l.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
)
SELECT
  $as_of AS as_of,
  d.customers,
  d.customers_share,
  d.revenue,
  d.revenue_share,
  d.tickets_share,
  d.touches_share,
  d.active_users_share,
  d.minutes_per_thousand,
  d.head_minutes_per_thousand,
  r.tail_cap,
  p.mean_spend,
  p.median_spend,
  p.mean_order,
  p.median_order,
  coalesce(p.n_above_cap, 0) AS n_above_cap,
  e.above_revenue AS above_cap_revenue,
  CASE WHEN e.tail_revenue > 0 THEN CAST(e.above_revenue AS DOUBLE) / CAST(e.tail_revenue AS DOUBLE) END AS above_cap_revenue_share,
  CASE WHEN e.all_revenue > 0 THEN CAST(e.below_revenue AS DOUBLE) / CAST(e.all_revenue AS DOUBLE) END AS revenue_share_below_cap,
  CAST(e.below_spend AS DOUBLE) / NULLIF(e.n_below, 0) AS mean_below_cap,
  coalesce(p.n_at_or_below_zero, 0) AS n_at_or_below_zero,
  s.activations,
  s.self_service,
  s.self_service_rate,
  CAST(r.self_service_min AS DOUBLE) AS self_service_min,
  s.touches_per_activation,
  CASE WHEN m.n_products > 0 THEN m.n_manual END AS n_manual_products,
  CASE WHEN n.has_needs THEN c.n END AS n_costly,
  CASE WHEN n.has_needs THEN c.spend END AS costly_spend,
  CASE WHEN a.has_parents THEN g.n END AS n_of_groups,
  w.tail_before,
  w.graduated,
  w.graduation_rate,
  CAST(r.graduation_min AS DOUBLE) AS graduation_min,
  w.relegated,
  w.relegation_rate,
  w.recent_graduated,
  w.recent_relegated,
  p.is_failed AS is_price_check_failed,
  p.is_mean_failed,
  p.is_median_failed,
  coalesce(p.is_failed, false) OR coalesce(s.is_low, false) AS is_product_unfit,
  d.is_high_need AS is_demand_heavy,
  s.is_low AS is_self_service_low,
  CASE WHEN NOT w.is_unsure THEN w.graduated < r.graduation_min * w.tail_before END AS is_graduation_low,
  CASE WHEN n.has_needs THEN c.n > 0 END AS has_costly,
  coalesce(p.n_above_cap, 0) > 0 AS has_above_cap,
  CASE WHEN a.has_parents THEN g.n > 0 END AS has_of_groups,
  CASE WHEN m.n_products > 0 THEN m.n_manual > 0 END AS has_manual_products,
  w.recent_graduated > 0 AS has_graduates
FROM demand d
CROSS JOIN prices p
CROSS JOIN large e
CROSS JOIN needs n
CROSS JOIN parents a
CROSS JOIN costly c
CROSS JOIN of_groups g
CROSS JOIN products m
CROSS JOIN growth w
CROSS JOIN rule r
LEFT JOIN tail.self_service_total s ON s.as_of = $as_of
