-- Customers by industry and stage of life on the as-of date: the groups that a message of its own is written for. Industries with few
-- customers are not worth one.
--
-- grain: industry
-- order: customers desc, industry
-- check: knows + understands + trusts + converts + recommends = customers
-- total: sum(customers) = (select sum(customers) from health.lifecycle)
-- column: industry text "Industry"
-- column: customers count "Customers"
-- column: knows count "Knows us"
-- column: understands count "Understands"
-- column: trusts count "Trusts"
-- column: converts count "Buys"
-- column: recommends count "Recommends"
-- column: revenue money "Final revenue in the window"
-- column: is_small_sample bool "Too few customers"
WITH rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  coalesce(c.industry, 'unknown') AS industry,
  count(*) AS customers,
  sum(CASE WHEN s.stage = 'knows' THEN 1 ELSE 0 END) AS knows,
  sum(CASE WHEN s.stage = 'understands' THEN 1 ELSE 0 END) AS understands,
  sum(CASE WHEN s.stage = 'trusts' THEN 1 ELSE 0 END) AS trusts,
  sum(CASE WHEN s.stage = 'converts' THEN 1 ELSE 0 END) AS converts,
  sum(CASE WHEN s.stage = 'recommends' THEN 1 ELSE 0 END) AS recommends,
  coalesce(sum(t.revenue), 0) AS revenue,
  count(*) < r.min_units AS is_small_sample
FROM health.lifecycle_stays s
CROSS JOIN rule r
JOIN value.customers c ON c.customer_id = s.customer_id
LEFT JOIN tiers.current t ON t.customer_id = s.customer_id
WHERE s.left_on IS NULL
GROUP BY coalesce(c.industry, 'unknown'), r.min_units
