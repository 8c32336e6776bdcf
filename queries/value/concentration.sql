-- How concentrated the window's revenue and gross profit are, over customers above zero.
-- The 80/20 claim is tested both ways: how many customers bring 80 %, and what the largest 20 % bring.
-- Gross profit has no row when it is known for nobody; customers whose profit is unknown are not part of its row.
--
-- grain: basis
-- order: basis desc
-- check: hhi > 0 and hhi <= 1
-- check: gini >= 0 and gini < 1
-- check: k80_share >= 0 and k80_share <= 1
-- column: basis text "Basis"
-- column: customers count "Customers above zero"
-- column: total money "Total of customers above zero"
-- column: k80_customers count "Customers who bring 80 %"
-- column: k80_customer_share ratio "Share of customers who bring 80 %"
-- column: k80_share ratio "What they bring"
-- column: top20_customers count "The largest 20 % of customers, rounded up"
-- column: top20_share ratio "Share of the largest 20 %"
-- column: is_8020 bool "The largest 20 % bring at least 80 %"
-- column: gini ratio "Gini coefficient"
-- column: hhi ratio "Herfindahl index (0 to 1)"
-- column: hhi_points count "Herfindahl index in points (0 to 10,000)"
-- column: effective_customers ratio "Effective number of customers"
-- column: cr1 ratio "Share of the largest customer"
-- column: cr5 ratio "Share of the largest 5"
-- column: cr10 ratio "Share of the largest 10"
-- column: cr20 ratio "Share of the largest 20"
-- column: non_positive_customers count "Customers at zero or below"
-- column: non_positive_total money "Their total"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH basis AS (
  SELECT 'revenue' AS basis, rank, revenue AS v, in_k80 FROM value.contribution
  UNION ALL
  SELECT 'gross_profit', profit_rank, gross_profit, in_k80_profit FROM value.contribution WHERE gross_profit IS NOT NULL
),
counted AS (
  SELECT basis, rank, v, in_k80, count(rank) OVER (PARTITION BY basis) AS n
  FROM basis
),
rule AS (
  SELECT p.value_share, p.customer_share, s.min_units
  FROM rules.pareto p
  CROSS JOIN rules.small_samples s
  WHERE (p.valid_from IS NULL OR p.valid_from <= $as_of) AND (p.valid_to IS NULL OR p.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
sums AS (
  SELECT
    c.basis,
    r.value_share,
    r.min_units,
    c.n,
    sum(CASE WHEN c.rank IS NOT NULL THEN c.v END) AS t,
    sum(CASE WHEN c.in_k80 THEN 1 ELSE 0 END) AS k80_n,
    sum(CASE WHEN c.in_k80 THEN c.v END) AS k80_v,
    sum(CASE WHEN c.rank - 1 < r.customer_share * c.n THEN 1 ELSE 0 END) AS top_n,
    sum(CASE WHEN c.rank - 1 < r.customer_share * c.n THEN c.v END) AS top_v,
    sum(CASE WHEN c.rank IS NOT NULL THEN (c.n - c.rank + 1) * c.v END) AS weighted,
    sum(CASE WHEN c.rank IS NOT NULL THEN c.v * c.v END) AS squares,
    sum(CASE WHEN c.rank <= 1 THEN c.v END) AS v1,
    sum(CASE WHEN c.rank <= 5 THEN c.v END) AS v5,
    sum(CASE WHEN c.rank <= 10 THEN c.v END) AS v10,
    sum(CASE WHEN c.rank <= 20 THEN c.v END) AS v20,
    sum(CASE WHEN c.rank IS NULL THEN 1 ELSE 0 END) AS non_positive_n,
    sum(CASE WHEN c.rank IS NULL THEN c.v END) AS non_positive_v
  FROM counted c
  CROSS JOIN rule r
  GROUP BY c.basis, r.value_share, r.min_units, c.n
)
SELECT
  basis,
  n AS customers,
  coalesce(t, 0) AS total,
  k80_n AS k80_customers,
  CAST(k80_n AS DOUBLE) / NULLIF(n, 0) AS k80_customer_share,
  CAST(k80_v AS DOUBLE) / CAST(t AS DOUBLE) AS k80_share,
  top_n AS top20_customers,
  CAST(top_v AS DOUBLE) / CAST(t AS DOUBLE) AS top20_share,
  top_v >= value_share * t AS is_8020,
  CAST(2 * weighted - (n + 1) * t AS DOUBLE) / CAST(n * t AS DOUBLE) AS gini,
  CAST(squares AS DOUBLE) / CAST(t * t AS DOUBLE) AS hhi,
  CAST(round(CAST(squares AS DOUBLE) / CAST(t * t AS DOUBLE) * 10000) AS BIGINT) AS hhi_points,
  CAST(t * t AS DOUBLE) / CAST(squares AS DOUBLE) AS effective_customers,
  CAST(v1 AS DOUBLE) / CAST(t AS DOUBLE) AS cr1,
  CAST(v5 AS DOUBLE) / CAST(t AS DOUBLE) AS cr5,
  CAST(v10 AS DOUBLE) / CAST(t AS DOUBLE) AS cr10,
  CAST(v20 AS DOUBLE) / CAST(t AS DOUBLE) AS cr20,
  non_positive_n AS non_positive_customers,
  coalesce(non_positive_v, 0) AS non_positive_total,
  n < min_units AS is_small_sample
FROM sums
