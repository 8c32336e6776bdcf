-- How the spend of the tail is spread: deciles of what a tail customer spends in a year, and of what one of its orders in the window
-- comes to. The values are exact; a decile between two amounts lies between them in proportion, so that decile 5 is the
-- median of the price check. Orders at zero or below are left out.
--
-- grain: basis, decile
-- check: decile between 0 and 10
-- check: is_above_cap = (amount > tail_cap)
-- column: basis text "Per customer and year, or per order"
-- column: decile count "Decile"
-- column: n count "Customers or orders"
-- column: amount money "Amount"
-- column: step text "Step: the lowest, a tenth, ... the largest"
-- column: tail_cap money "Cap"
-- column: is_above_cap bool "Above the cap"
WITH spends AS (
  SELECT 'customer_year' AS basis, annual_spend AS amount FROM tiers.current WHERE segment = 'tail'
  UNION ALL
  SELECT 'order', amount FROM tail.orders WHERE amount > 0
),
ranked AS (
  SELECT
    basis,
    amount,
    CAST(row_number() OVER (PARTITION BY basis ORDER BY amount) AS BIGINT) AS n_th,
    count(*) OVER (PARTITION BY basis) AS n
  FROM spends
),
sizes AS (
  SELECT basis, count(*) AS n FROM spends GROUP BY basis
),
-- A decile is made of the two amounts around it, in tenths.
parts AS (
  SELECT
    s.basis,
    s.n,
    d.decile,
    (s.n - 1) * d.decile / 10 + 1 + b.above AS n_th,
    CASE b.above WHEN 0 THEN 10 - (s.n - 1) * d.decile % 10 ELSE (s.n - 1) * d.decile % 10 END AS tenths
  FROM sizes s
  CROSS JOIN (SELECT unnest(range(0, 11)) AS decile) d
  CROSS JOIN (SELECT unnest(range(0, 2)) AS above) b
),
amounts AS (
  SELECT p.basis, p.decile, p.n, CAST(sum(r.amount * p.tenths) * 0.1 AS DECIMAL(38, 5)) AS amount
  FROM parts p
  JOIN ranked r ON r.basis = p.basis AND r.n_th = p.n_th
  GROUP BY p.basis, p.decile, p.n
)
SELECT
  a.basis,
  a.decile,
  a.n,
  a.amount,
  'd' || CAST(a.decile AS TEXT) AS step,
  r.tail_cap,
  a.amount > r.tail_cap AS is_above_cap
FROM amounts a
CROSS JOIN rules.segment_caps r
WHERE (r.valid_from IS NULL OR r.valid_from <= $as_of) AND (r.valid_to IS NULL OR r.valid_to > $as_of)
