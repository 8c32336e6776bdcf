-- Candidates for key accounts: the customers who together bring 80 % of revenue or 80 % of gross profit in the window.
-- A candidate is in at least one of the two sets; value.contribution decides both. The set by gross profit is empty where
-- the profit of the customer is not known. The source says whether the record of the customer is our own or comes from a
-- third party; it is empty where the customer table does not say.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- check: in_k80_revenue or in_k80_profit
-- check: tier is not null
-- total: sum(CASE WHEN in_k80_revenue THEN revenue END) = (select sum(CASE WHEN in_k80 THEN revenue END) from value.contribution)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: source text "Own record or from a third party"
-- column: in_k80_revenue bool "Among the customers who bring 80 % of revenue"
-- column: in_k80_profit bool "Among the customers who bring 80 % of gross profit"
-- column: tier text "Tier by the formula"
-- column: effective_tier text "Tier"
-- column: industry text "Industry"
-- column: region text "Region"
-- column: province text "Province"
-- column: city text "City"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: revenue money "Final revenue in the window"
-- column: gross_profit money "Gross profit in the window"
-- column: margin ratio "Gross profit of revenue"
-- column: share ratio "Share of the revenue of all customers above zero"
-- column: revenue_rank count "Rank by revenue"
-- column: profit_rank count "Rank by gross profit"
-- column: n_orders count "Orders in the window"
-- column: last_sale_on date "Last final sale"
SELECT
  v.customer_id,
  v.customer_name,
  s.source,
  v.in_k80 AS in_k80_revenue,
  v.in_k80_profit,
  t.tier,
  t.effective_tier,
  c.industry,
  c.region,
  c.province,
  c.city,
  v.owner_id,
  v.owner_name,
  v.revenue,
  v.gross_profit,
  CASE WHEN v.revenue > 0 THEN CAST(v.gross_profit AS DOUBLE) / CAST(v.revenue AS DOUBLE) END AS margin,
  v.share,
  v.rank AS revenue_rank,
  v.profit_rank,
  v.n_orders,
  v.last_sale_on
FROM value.contribution v
JOIN tiers.current t ON t.customer_id = v.customer_id
JOIN value.customers c ON c.customer_id = v.customer_id
LEFT JOIN staging.customers s ON s.customer_id = v.customer_id
WHERE v.in_k80 OR v.in_k80_profit
