-- The classes of scores.rfm at the last full month-end, and how stable they are: of the customers who were in a class at the month-end
-- before and are in any now, the share that is in the same one. The line `all` is that of all classes.
--
-- grain: class
-- order: position
-- check: same <= compared
-- total: sum(case when class <> 'all' then customers else 0 end) = (select count(*) from scores.rfm where month_end = month_start($as_of + 1) - 1)
-- column: class text "Class"
-- column: position count "Position, all last"
-- column: customers count "Customers"
-- column: customers_share ratio "Share of customers"
-- column: revenue money "Revenue of those months"
-- column: revenue_share ratio "Share of revenue"
-- column: median_purchase_days count "Median days with a purchase"
-- column: median_silent_days days "Median days since the last purchase"
-- column: compared count "In the class before, and in any now"
-- column: same count "Of these in the same class"
-- column: stability ratio "Share of these"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH now AS (
  SELECT * FROM scores.rfm WHERE month_end = month_start($as_of + 1) - 1
),
pairs AS (
  SELECT b.class AS class_before, b.position AS position_before, n.class
  FROM scores.rfm b
  JOIN now n ON n.customer_id = b.customer_id
  WHERE b.month_end < month_start($as_of + 1) - 1
),
stable AS (
  SELECT class_before AS class, count(*) AS compared, sum(CASE WHEN class = class_before THEN 1 ELSE 0 END) AS same
  FROM pairs
  GROUP BY class_before
  UNION ALL
  SELECT 'all', count(*), coalesce(sum(CASE WHEN class = class_before THEN 1 ELSE 0 END), 0)
  FROM pairs
),
sums AS (
  SELECT
    class,
    count(*) AS customers,
    sum(revenue) AS revenue,
    median(CAST(purchase_days AS DECIMAL(19, 1))) AS purchase_days,
    median(CAST(month_end - last_on AS DECIMAL(19, 1))) AS silent_days
  FROM now
  GROUP BY class
  UNION ALL
  SELECT
    'all',
    count(*),
    coalesce(sum(revenue), 0),
    median(CAST(purchase_days AS DECIMAL(19, 1))),
    median(CAST(month_end - last_on AS DECIMAL(19, 1)))
  FROM now
),
classes AS (
  SELECT class, position
  FROM rules.rfm_classes
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
  UNION ALL
  SELECT 'all', 99
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  c.class,
  c.position,
  coalesce(s.customers, 0) AS customers,
  CAST(coalesce(s.customers, 0) AS DOUBLE) / NULLIF(a.customers, 0) AS customers_share,
  coalesce(s.revenue, 0) AS revenue,
  CAST(coalesce(s.revenue, 0) AS DOUBLE) / NULLIF(CAST(a.revenue AS DOUBLE), 0) AS revenue_share,
  CAST(s.purchase_days AS DOUBLE) AS median_purchase_days,
  CAST(s.silent_days AS DOUBLE) AS median_silent_days,
  coalesce(t.compared, 0) AS compared,
  coalesce(t.same, 0) AS same,
  CAST(t.same AS DOUBLE) / NULLIF(t.compared, 0) AS stability,
  coalesce(t.compared, 0) < r.min_units AS is_small_sample
FROM classes c
CROSS JOIN rule r
CROSS JOIN (SELECT customers, revenue FROM sums WHERE class = 'all') a
LEFT JOIN sums s ON s.class = c.class
LEFT JOIN stable t ON t.class = c.class
