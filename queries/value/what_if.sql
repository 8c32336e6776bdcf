-- What would be left if the largest customer, or the largest five, went: revenue and known gross profit lost, and the
-- concentration before and after. Customers at zero or below have no part in it. Nobody is assumed to buy more or less for it.
--
-- grain: scenario
-- order: n_leaving
-- check: customers_after = customers - lost_customers
-- check: revenue_after = revenue - revenue_lost
-- column: scenario text "If they leave"
-- column: n_leaving count "How many of the largest leave"
-- column: lost_customers count "Customers lost"
-- column: revenue money "Revenue of customers above zero"
-- column: revenue_lost money "Revenue lost"
-- column: revenue_after money "Revenue left"
-- column: lost_share ratio "Share of revenue lost"
-- column: gross_profit_lost money "Gross profit lost"
-- column: customers count "Customers above zero"
-- column: customers_after count "Customers left"
-- column: k80_customers count "Customers who bring 80 %"
-- column: k80_customers_after count "Customers who would bring 80 %"
-- column: k80_customer_share ratio "Share of customers who bring 80 %"
-- column: k80_customer_share_after ratio "Share of customers who would bring 80 %"
-- column: hhi ratio "Herfindahl index (0 to 1)"
-- column: hhi_after ratio "Herfindahl index afterwards"
-- column: effective_customers ratio "Effective number of customers"
-- column: effective_customers_after ratio "Effective number afterwards"
WITH ranked AS (
  SELECT
    s.scenario,
    s.n_leaving,
    c.rank,
    c.revenue,
    c.gross_profit,
    c.in_k80,
    c.cumulative_revenue - c.revenue AS ahead,
    sum(c.revenue) OVER (PARTITION BY s.scenario) AS t,
    sum(CASE WHEN c.rank <= s.n_leaving THEN c.revenue ELSE 0 END) OVER (PARTITION BY s.scenario) AS lost
  FROM value.contribution c
  CROSS JOIN (VALUES ('largest', 1), ('largest_five', 5)) AS s (scenario, n_leaving)
  WHERE c.rank IS NOT NULL
),
sums AS (
  SELECT
    r.scenario,
    r.n_leaving,
    r.t,
    r.lost,
    count(*) AS n,
    sum(CASE WHEN r.rank <= r.n_leaving THEN 1 ELSE 0 END) AS lost_n,
    CASE
      WHEN count(CASE WHEN r.rank <= r.n_leaving AND r.gross_profit IS NULL THEN 1 END) = 0
      THEN sum(CASE WHEN r.rank <= r.n_leaving THEN r.gross_profit END)
    END AS profit_lost,
    sum(CASE WHEN r.in_k80 THEN 1 ELSE 0 END) AS k80_n,
    sum(CASE WHEN r.rank > r.n_leaving AND r.ahead - r.lost < p.value_share * (r.t - r.lost) THEN 1 ELSE 0 END) AS k80_n_after,
    sum(r.revenue * r.revenue) AS squares,
    sum(CASE WHEN r.rank > r.n_leaving THEN r.revenue * r.revenue END) AS squares_after
  FROM ranked r
  CROSS JOIN rules.pareto p
  WHERE (p.valid_from IS NULL OR p.valid_from <= $as_of) AND (p.valid_to IS NULL OR p.valid_to > $as_of)
  GROUP BY r.scenario, r.n_leaving, r.t, r.lost
)
SELECT
  scenario,
  n_leaving,
  lost_n AS lost_customers,
  t AS revenue,
  lost AS revenue_lost,
  t - lost AS revenue_after,
  CAST(lost AS DOUBLE) / CAST(t AS DOUBLE) AS lost_share,
  profit_lost AS gross_profit_lost,
  n AS customers,
  n - lost_n AS customers_after,
  k80_n AS k80_customers,
  k80_n_after AS k80_customers_after,
  CAST(k80_n AS DOUBLE) / n AS k80_customer_share,
  CAST(k80_n_after AS DOUBLE) / NULLIF(n - lost_n, 0) AS k80_customer_share_after,
  CAST(squares AS DOUBLE) / CAST(t * t AS DOUBLE) AS hhi,
  CAST(squares_after AS DOUBLE) / NULLIF(CAST((t - lost) * (t - lost) AS DOUBLE), 0) AS hhi_after,
  CAST(t * t AS DOUBLE) / CAST(squares AS DOUBLE) AS effective_customers,
  CAST((t - lost) * (t - lost) AS DOUBLE) / CAST(squares_after AS DOUBLE) AS effective_customers_after
FROM sums
