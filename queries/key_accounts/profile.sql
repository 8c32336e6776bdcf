-- The profile of every candidate for a key account: six features with their percentiles, how many are known and how many
-- are met. How they are counted stands in key_accounts.profile_features.
--
-- grain: customer_id
-- order: features_met desc, revenue desc, customer_id
-- check: features_met <= features_known and features_known <= 6
-- total: sum(revenue) = (select sum(revenue) from key_accounts.candidates)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: tier text "Tier by the formula"
-- column: revenue money "Final revenue in the window"
-- column: spend_percentile ratio "Spend: share of candidates at or below"
-- column: is_spend_met bool "Spend met"
-- column: n_orders count "Orders in the window"
-- column: order_frequency_percentile ratio "Orders: share of candidates at or below"
-- column: is_order_frequency_met bool "Order frequency met"
-- column: margin ratio "Gross profit of revenue"
-- column: margin_percentile ratio "Margin: share of candidates at or below"
-- column: is_margin_met bool "Margin met"
-- column: end_customers count "End customers"
-- column: end_customers_percentile ratio "End customers: share of candidates at or below"
-- column: is_end_customers_met bool "End customers met"
-- column: store_count count "Stores"
-- column: store_count_percentile ratio "Stores: share of candidates at or below"
-- column: is_store_count_met bool "Stores met"
-- column: brand_score count "Brand score"
-- column: brand_percentile ratio "Brand: share of candidates at or below"
-- column: is_brand_met bool "Brand met"
-- column: features_known count "Features known of six"
-- column: features_met count "Features met of six"
-- column: is_small_sample bool "Too few candidates for a percentile to mean much"
WITH wide AS (
  SELECT
    customer_id,
    max(CASE WHEN feature = 'spend' THEN percentile END) AS spend_percentile,
    bool_or(CASE WHEN feature = 'spend' THEN is_met END) AS is_spend_met,
    max(CASE WHEN feature = 'order_frequency' THEN percentile END) AS order_frequency_percentile,
    bool_or(CASE WHEN feature = 'order_frequency' THEN is_met END) AS is_order_frequency_met,
    max(CASE WHEN feature = 'margin' THEN percentile END) AS margin_percentile,
    bool_or(CASE WHEN feature = 'margin' THEN is_met END) AS is_margin_met,
    max(CASE WHEN feature = 'end_customers' THEN value END) AS end_customers,
    max(CASE WHEN feature = 'end_customers' THEN percentile END) AS end_customers_percentile,
    bool_or(CASE WHEN feature = 'end_customers' THEN is_met END) AS is_end_customers_met,
    max(CASE WHEN feature = 'store_count' THEN value END) AS store_count,
    max(CASE WHEN feature = 'store_count' THEN percentile END) AS store_count_percentile,
    bool_or(CASE WHEN feature = 'store_count' THEN is_met END) AS is_store_count_met,
    max(CASE WHEN feature = 'brand' THEN value END) AS brand_score,
    max(CASE WHEN feature = 'brand' THEN percentile END) AS brand_percentile,
    bool_or(CASE WHEN feature = 'brand' THEN is_met END) AS is_brand_met,
    count(value) AS features_known,
    sum(CASE WHEN is_met THEN 1 ELSE 0 END) AS features_met
  FROM key_accounts.profile_features
  GROUP BY customer_id
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  k.customer_id,
  k.customer_name,
  k.owner_id,
  k.owner_name,
  k.tier,
  k.revenue,
  w.spend_percentile,
  w.is_spend_met,
  k.n_orders,
  w.order_frequency_percentile,
  w.is_order_frequency_met,
  k.margin,
  w.margin_percentile,
  w.is_margin_met,
  CAST(w.end_customers AS BIGINT) AS end_customers,
  w.end_customers_percentile,
  w.is_end_customers_met,
  CAST(w.store_count AS BIGINT) AS store_count,
  w.store_count_percentile,
  w.is_store_count_met,
  CAST(w.brand_score AS DOUBLE) AS brand_score,
  w.brand_percentile,
  w.is_brand_met,
  w.features_known,
  w.features_met,
  count(*) OVER () < r.min_units AS is_small_sample
FROM key_accounts.candidates k
CROSS JOIN rule r
JOIN wide w ON w.customer_id = k.customer_id
