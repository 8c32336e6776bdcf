-- Six features of every candidate for a key account, each with its percentile among the candidates whose value is known: the
-- share of them at or below it. A feature is met from the percentile of rules.account_profile on. What is missing is unknown,
-- not low.
-- Spend is revenue, order frequency the orders of the window, margin gross profit of revenue. End customers are all that were
-- ever seen at the customer, stores those the customer table names or else the open ones of the store table, and brand is the
-- mean score of the window's surveys of the kind that the rule names.
--
-- grain: customer_id, feature
-- order: customer_id, position
-- empty_if_missing: staging.end_users, staging.stores, staging.surveys
-- check: percentile > 0 and percentile <= 1
-- check: (value is null) = (is_met is null)
-- column: customer_id text "Customer"
-- column: feature text "Feature"
-- column: position count "Order of the features"
-- column: value count "Value"
-- column: known count "Candidates whose value is known"
-- column: percentile ratio "Share of candidates at or below"
-- column: is_met bool "Met"
WITH rule AS (
  SELECT percentile, survey_kind
  FROM rules.account_profile
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
end_customers AS (
  SELECT u.unit_id, count(DISTINCT e.end_user_id) AS n
  FROM staging.end_users e
  JOIN value.units u ON u.customer_id = e.customer_id
  WHERE NOT u.is_internal
  GROUP BY u.unit_id
),
named_stores AS (
  SELECT u.unit_id, sum(c.store_count) AS n
  FROM staging.customers c
  JOIN value.units u ON u.customer_id = c.customer_id
  WHERE NOT u.is_internal
  GROUP BY u.unit_id
),
open_stores AS (
  SELECT u.unit_id, count(*) AS n
  FROM staging.stores s
  JOIN value.units u ON u.customer_id = s.customer_id
  WHERE NOT u.is_internal AND (s.opened_on IS NULL OR s.opened_on <= $as_of) AND (s.closed_on IS NULL OR s.closed_on > $as_of)
  GROUP BY u.unit_id
),
brand AS (
  SELECT u.unit_id, CAST(CAST(sum(s.score) AS DOUBLE) / NULLIF(count(s.score), 0) AS DECIMAL(38, 12)) AS score
  FROM staging.surveys s
  CROSS JOIN rule r
  JOIN value.units u ON u.customer_id = s.customer_id
  WHERE NOT u.is_internal AND s.kind = r.survey_kind AND s.answered_on >= $window_start AND s.answered_on < $window_end
  GROUP BY u.unit_id
),
features AS (
  SELECT * FROM (VALUES ('spend', 1), ('order_frequency', 2), ('margin', 3), ('end_customers', 4), ('store_count', 5), ('brand', 6)) AS f (feature, position)
),
valued AS (
  SELECT
    k.customer_id,
    f.feature,
    f.position,
    CASE f.feature
      WHEN 'spend' THEN CAST(k.revenue AS DECIMAL(38, 12))
      WHEN 'order_frequency' THEN CAST(k.n_orders AS DECIMAL(38, 12))
      WHEN 'margin' THEN CAST(k.margin AS DECIMAL(38, 12))
      WHEN 'end_customers' THEN CAST(e.n AS DECIMAL(38, 12))
      WHEN 'store_count' THEN CAST(coalesce(n.n, o.n) AS DECIMAL(38, 12))
      ELSE b.score
    END AS value
  FROM key_accounts.candidates k
  CROSS JOIN features f
  LEFT JOIN end_customers e ON e.unit_id = k.customer_id
  LEFT JOIN named_stores n ON n.unit_id = k.customer_id
  LEFT JOIN open_stores o ON o.unit_id = k.customer_id
  LEFT JOIN brand b ON b.unit_id = k.customer_id
),
-- At or below a value are all known ones except those that rank before it from the top.
placed AS (
  SELECT
    *,
    count(value) OVER (PARTITION BY feature) AS known,
    count(value) OVER (PARTITION BY feature) - rank() OVER (PARTITION BY feature, value IS NULL ORDER BY value DESC) + 1 AS at_most
  FROM valued
)
SELECT
  p.customer_id,
  p.feature,
  p.position,
  p.value,
  p.known,
  CASE WHEN p.value IS NOT NULL THEN CAST(p.at_most AS DOUBLE) / NULLIF(p.known, 0) END AS percentile,
  CASE WHEN p.value IS NOT NULL THEN p.at_most >= r.percentile * p.known END AS is_met
FROM placed p
CROSS JOIN rule r
