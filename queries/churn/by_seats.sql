-- Do customers with more seats stay? The customers who used the product in the calendar month that ended twelve months before the end of
-- the latest full month, had seats then and had not left by its end, and how many of them have left since (churn.last_seen). The
-- seats are the most of that month. Seats stand for what a change to somebody else would cost a customer; ties to its other systems, such as ERP or
-- finance, are on no record. Customers with more seats may stay for other reasons too: a comparison, no proof.
--
-- grain: band
-- order: from_seats
-- check: churned <= customers
-- column: band text "Seats"
-- column: from_seats count "Seats from"
-- column: to_seats count "Seats up to"
-- column: customers count "Customers then"
-- column: churned count "Of these have left since"
-- column: churn_rate ratio "Share that has left"
-- column: since_month month "Month of the seats"
-- column: is_small_sample bool "Too few customers for a rate to mean much"
WITH base AS (
  SELECT month_add(month_start($as_of + 1), -13) AS month
),
bands AS (
  SELECT band, from_seats, lead(from_seats) OVER (ORDER BY from_seats) AS next_from
  FROM rules.seat_bands
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
seats AS (
  SELECT u.unit_id AS customer_id, sum(d.seats) AS seats
  FROM (
    SELECT s.customer_id, max(s.seats) AS seats
    FROM staging.usage s
    CROSS JOIN base b
    WHERE s.day >= b.month AND s.day <= month_end(b.month)
    GROUP BY s.customer_id
  ) d
  JOIN value.units u ON u.customer_id = d.customer_id
  WHERE NOT u.is_internal
  GROUP BY u.unit_id
),
acc AS (
  SELECT n.band, count(*) AS customers, count(CASE WHEN h.has_left THEN 1 END) AS churned
  FROM seats s
  CROSS JOIN base b
  JOIN bands n ON s.seats >= n.from_seats AND (n.next_from IS NULL OR s.seats < n.next_from)
  JOIN churn.last_seen h ON h.customer_id = s.customer_id
  WHERE h.started_on <= month_end(b.month) AND NOT (h.has_left AND h.left_on <= month_end(b.month))
  GROUP BY n.band
),
rule AS (
  SELECT min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  n.band,
  n.from_seats,
  n.next_from - 1 AS to_seats,
  coalesce(a.customers, 0) AS customers,
  coalesce(a.churned, 0) AS churned,
  CAST(a.churned AS DOUBLE) / NULLIF(a.customers, 0) AS churn_rate,
  b.month AS since_month,
  coalesce(a.customers, 0) < r.min_rate_units AS is_small_sample
FROM bands n
CROSS JOIN base b
CROSS JOIN rule r
LEFT JOIN acc a ON a.band = n.band
