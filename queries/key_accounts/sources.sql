-- Where the records of customers come from: our own, a third party, or not said. The sources stand side by side and are never
-- added up: beside the candidates, who are chosen from all customers together, each source has its own 80 %, the customers who
-- bring that share of the revenue of their source alone (rules.pareto). Gross profit is empty when it is not known for any
-- candidate of the source.
--
-- grain: source
-- check: candidates <= customers
-- check: own_k80_customers <= customers
-- total: sum(candidates) = (select count(*) from key_accounts.candidates)
-- total: sum(customers) = (select count(*) from value.contribution)
-- column: source text "Where the records come from"
-- column: customers count "Customers in the window"
-- column: candidates count "Candidates for key accounts"
-- column: k80_revenue_customers count "Of these among the 80 % of revenue"
-- column: k80_profit_customers count "Of these among the 80 % of gross profit"
-- column: revenue money "Revenue of the candidates"
-- column: gross_profit money "Gross profit of the candidates"
-- column: source_customers count "Customers of the source above zero"
-- column: source_revenue money "Their revenue"
-- column: own_k80_customers count "Customers who bring 80 % of the source"
-- column: own_k80_revenue money "What these bring"
-- column: own_k80_share ratio "Share of them among the customers of the source"
-- column: is_small_sample bool "Too few customers for a share to mean much"
WITH rule AS (
  SELECT p.value_share, s.min_units
  FROM rules.pareto p
  CROSS JOIN rules.small_samples s
  WHERE (p.valid_from IS NULL OR p.valid_from <= $as_of) AND (p.valid_to IS NULL OR p.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
customers AS (
  SELECT v.customer_id, v.revenue, coalesce(s.source, 'unknown') AS source
  FROM value.contribution v
  LEFT JOIN staging.customers s ON s.customer_id = v.customer_id
),
above AS (
  SELECT
    customer_id,
    sum(revenue) OVER (PARTITION BY source ORDER BY revenue DESC, customer_id ROWS UNBOUNDED PRECEDING) - revenue AS ahead,
    sum(revenue) OVER (PARTITION BY source) AS total
  FROM customers
  WHERE revenue > 0
)
SELECT
  c.source,
  count(*) AS customers,
  count(k.customer_id) AS candidates,
  sum(CASE WHEN k.in_k80_revenue THEN 1 ELSE 0 END) AS k80_revenue_customers,
  sum(CASE WHEN k.in_k80_profit THEN 1 ELSE 0 END) AS k80_profit_customers,
  coalesce(sum(k.revenue), 0) AS revenue,
  CASE WHEN count(k.customer_id) = count(k.gross_profit) THEN coalesce(sum(k.gross_profit), 0) END AS gross_profit,
  count(a.customer_id) AS source_customers,
  coalesce(sum(CASE WHEN a.customer_id IS NOT NULL THEN c.revenue END), 0) AS source_revenue,
  count(CASE WHEN a.ahead < r.value_share * a.total THEN 1 END) AS own_k80_customers,
  coalesce(sum(CASE WHEN a.ahead < r.value_share * a.total THEN c.revenue END), 0) AS own_k80_revenue,
  CAST(count(CASE WHEN a.ahead < r.value_share * a.total THEN 1 END) AS DOUBLE) / NULLIF(count(a.customer_id), 0) AS own_k80_share,
  count(a.customer_id) < min(r.min_units) AS is_small_sample
FROM customers c
CROSS JOIN rule r
LEFT JOIN key_accounts.candidates k ON k.customer_id = c.customer_id
LEFT JOIN above a ON a.customer_id = c.customer_id
GROUP BY c.source
