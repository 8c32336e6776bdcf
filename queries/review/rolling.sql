-- Concentration over the twelve months up to the as-of date, and over those up to the same weekday of the week before: what a
-- week can change of figures that otherwise stand at month-ends. Customers at zero or below are left out, as in value.concentration.
-- Not known for a week whose twelve months begin before the month of the first revenue.
--
-- grain: k
-- check: hhi > 0 and hhi <= 1
-- check: k80_customer_share > 0 and k80_customer_share <= 1
-- column: k count "How many weeks back"
-- column: period_end date "Up to, included"
-- column: customers count "Customers above zero"
-- column: k80_customer_share ratio "Share of customers who bring 80 %"
-- column: cr10 ratio "Share of the largest 10"
-- column: hhi ratio "Herfindahl index (0 to 1)"
WITH spent AS (
  SELECT s.k, s.period_end, d.customer_id, sum(d.amount) AS v
  FROM value.customer_day d
  JOIN review.spans s
    ON s.span = 'week' AND s.k <= 1 AND d.final_on > month_add(s.period_end, -12) AND d.final_on <= s.period_end
  CROSS JOIN (SELECT min(month) AS first_month FROM value.months) m
  WHERE month_add(s.period_end, -12) + 1 >= m.first_month
  GROUP BY s.k, s.period_end, d.customer_id
  HAVING sum(d.amount) > 0
),
ranked AS (
  SELECT
    k,
    period_end,
    v,
    row_number() OVER (PARTITION BY k ORDER BY v DESC, customer_id) AS rank,
    sum(v) OVER (PARTITION BY k ORDER BY v DESC, customer_id ROWS UNBOUNDED PRECEDING) - v AS ahead,
    sum(v) OVER (PARTITION BY k) AS total
  FROM spent
),
rule AS (
  SELECT value_share
  FROM rules.pareto
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  k,
  period_end,
  count(*) AS customers,
  CAST(sum(CASE WHEN ahead < value_share * total THEN 1 ELSE 0 END) AS DOUBLE) / count(*) AS k80_customer_share,
  CAST(sum(CASE WHEN rank <= 10 THEN v END) AS DOUBLE) / CAST(max(total) AS DOUBLE) AS cr10,
  CAST(sum(v * v) AS DOUBLE) / CAST(max(total) * max(total) AS DOUBLE) AS hhi
FROM ranked
CROSS JOIN rule
GROUP BY k, period_end
