-- Where the records of customers come from: our own, a third party, or not said. The figures of the sources stand side by
-- side and are never added up. Gross profit is empty when it is not known for any candidate of the source.
--
-- grain: source
-- check: candidates <= customers
-- total: sum(candidates) = (select count(*) from key_accounts.candidates)
-- total: sum(customers) = (select count(*) from value.contribution)
-- column: source text "Where the records come from"
-- column: customers count "Customers in the window"
-- column: candidates count "Candidates for key accounts"
-- column: k80_revenue_customers count "Of these among the 80 % of revenue"
-- column: k80_profit_customers count "Of these among the 80 % of gross profit"
-- column: revenue money "Revenue of the candidates"
-- column: gross_profit money "Gross profit of the candidates"
SELECT
  coalesce(s.source, 'unknown') AS source,
  count(*) AS customers,
  count(k.customer_id) AS candidates,
  sum(CASE WHEN k.in_k80_revenue THEN 1 ELSE 0 END) AS k80_revenue_customers,
  sum(CASE WHEN k.in_k80_profit THEN 1 ELSE 0 END) AS k80_profit_customers,
  coalesce(sum(k.revenue), 0) AS revenue,
  CASE WHEN count(k.customer_id) = count(k.gross_profit) THEN coalesce(sum(k.gross_profit), 0) END AS gross_profit
FROM value.contribution v
LEFT JOIN staging.customers s ON s.customer_id = v.customer_id
LEFT JOIN key_accounts.candidates k ON k.customer_id = v.customer_id
GROUP BY coalesce(s.source, 'unknown')
