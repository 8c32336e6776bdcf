-- Concentration of revenue with all customers, and again without those whom a test flags as fake key accounts. Customers
-- above zero only. Who is flagged for a strategic reason is left out as well. The shares of both rows are of their own total.
--
-- grain: step
-- order: position
-- check: k80_customers <= customers
-- total: sum(CASE WHEN step = 'all' THEN total ELSE 0 END) = (select sum(ranked_total) from value.control)
-- total: sum(CASE WHEN step = 'all' THEN k80_customers ELSE 0 END) = (select count(*) from value.contribution where in_k80)
-- column: step text "All customers, or without the flagged ones"
-- column: position count "Order of the rows"
-- column: customers count "Customers above zero"
-- column: total money "Their revenue"
-- column: revenue_share ratio "Of the revenue of all"
-- column: k80_customers count "Customers who bring 80 %"
-- column: k80_customer_share ratio "Share of customers who bring 80 %"
-- column: k80_share ratio "What they bring"
-- column: top20_customers count "The largest 20 % of customers, rounded up"
-- column: top20_share ratio "Share of the largest 20 %"
-- column: is_8020 bool "The largest 20 % bring at least 80 %"
WITH steps AS (
  SELECT * FROM (VALUES ('all', 1), ('without_flagged', 2)) AS s (step, position)
),
kept AS (
  SELECT s.step, v.customer_id, v.revenue
  FROM value.contribution v
  LEFT JOIN key_accounts.fake_list f ON f.customer_id = v.customer_id
  JOIN steps s ON s.step = 'all' OR f.customer_id IS NULL
  WHERE v.revenue > 0
),
ranked AS (
  SELECT
    step,
    revenue,
    row_number() OVER (PARTITION BY step ORDER BY revenue DESC, customer_id) AS rank,
    sum(revenue) OVER (PARTITION BY step ORDER BY revenue DESC, customer_id ROWS UNBOUNDED PRECEDING) - revenue AS ahead,
    sum(revenue) OVER (PARTITION BY step) AS total,
    count(*) OVER (PARTITION BY step) AS n
  FROM kept
),
rule AS (
  SELECT value_share, customer_share
  FROM rules.pareto
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
sums AS (
  SELECT
    s.step,
    s.position,
    r.value_share,
    count(k.rank) AS n,
    coalesce(sum(k.revenue), 0) AS total,
    sum(CASE WHEN k.ahead < r.value_share * k.total THEN 1 ELSE 0 END) AS k80_n,
    sum(CASE WHEN k.ahead < r.value_share * k.total THEN k.revenue END) AS k80_v,
    sum(CASE WHEN k.rank - 1 < r.customer_share * k.n THEN 1 ELSE 0 END) AS top_n,
    sum(CASE WHEN k.rank - 1 < r.customer_share * k.n THEN k.revenue END) AS top_v
  FROM steps s
  CROSS JOIN rule r
  LEFT JOIN ranked k ON k.step = s.step
  GROUP BY s.step, s.position, r.value_share
)
SELECT
  step,
  position,
  n AS customers,
  total,
  CAST(total AS DOUBLE) / NULLIF(CAST(max(total) OVER () AS DOUBLE), 0) AS revenue_share,
  k80_n AS k80_customers,
  CAST(k80_n AS DOUBLE) / NULLIF(n, 0) AS k80_customer_share,
  CAST(k80_v AS DOUBLE) / NULLIF(CAST(total AS DOUBLE), 0) AS k80_share,
  top_n AS top20_customers,
  CAST(top_v AS DOUBLE) / NULLIF(CAST(total AS DOUBLE), 0) AS top20_share,
  top_v >= value_share * total AS is_8020
FROM sums
