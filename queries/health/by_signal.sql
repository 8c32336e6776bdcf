-- How many customers show each signal on the as-of date, and for how many it is negative. A signal that nobody shows is there with zero.
--
-- grain: signal
-- order: position
-- check: negative + seasonal <= available
-- total: sum(negative) = (select coalesce(sum(signals_negative), 0) from health.current)
-- column: signal text "Signal"
-- column: position count "Position"
-- column: customers count "Customers"
-- column: available count "Known for"
-- column: negative count "Negative for"
-- column: seasonal count "Fell with the season"
-- column: negative_share ratio "Share negative, of those known"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH signals AS (
  SELECT * FROM (VALUES ('logins', 1), ('minutes', 2), ('volume', 3), ('benefit', 4)) AS s (signal, position)
),
population AS (
  SELECT count(*) AS customers FROM health.current
),
sums AS (
  SELECT
    s.signal,
    count(s.growth) AS available,
    sum(CASE WHEN s.is_negative THEN 1 ELSE 0 END) AS negative,
    sum(CASE WHEN s.is_seasonal THEN 1 ELSE 0 END) AS seasonal
  FROM health.signals s
  JOIN health.current c ON c.customer_id = s.customer_id
  WHERE s.scored_on = $as_of
  GROUP BY s.signal
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.signal,
  s.position,
  p.customers,
  coalesce(a.available, 0) AS available,
  coalesce(a.negative, 0) AS negative,
  coalesce(a.seasonal, 0) AS seasonal,
  CAST(a.negative AS DOUBLE) / NULLIF(a.available, 0) AS negative_share,
  coalesce(a.available, 0) < r.min_units AS is_small_sample
FROM signals s
CROSS JOIN population p
CROSS JOIN rule r
LEFT JOIN sums a ON a.signal = s.signal
