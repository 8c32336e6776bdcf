-- Final revenue and intent that does not count, month by month: what became final in a month, and what was sold in it and has not
-- closed by the as-of date. Months in which nothing happened are there too. Internal customers are included, as in revenue.final.
--
-- grain: month
-- total: sum(revenue) = (select sum(final_total) from value.control)
-- total: sum(intent) = (select sum(intent_total) from value.control)
-- column: month month "Month"
-- column: revenue money "Final revenue"
-- column: internal_revenue money "Of this of internal customers"
-- column: intent money "Intent, not counted, by the month of sale"
-- column: intent_share ratio "Intent as a share of both"
-- column: is_partial bool "Not over yet on the as-of date"
-- column: is_recent bool "Among the last 14 months"
WITH amounts AS (
  SELECT
    month_start(d.final_on) AS month,
    sum(d.amount) AS revenue,
    sum(CASE WHEN u.is_internal THEN d.amount END) AS internal_revenue,
    CAST(NULL AS DECIMAL(38, 4)) AS intent
  FROM revenue.customer_day d
  LEFT JOIN value.units u ON u.customer_id = d.customer_id
  GROUP BY month_start(d.final_on)
  UNION ALL
  SELECT month_start(sold_on), NULL, NULL, sum(amount) FROM revenue.intent GROUP BY month_start(sold_on)
),
months AS (
  SELECT month, coalesce(sum(revenue), 0) AS revenue, coalesce(sum(internal_revenue), 0) AS internal_revenue, coalesce(sum(intent), 0) AS intent
  FROM (
    SELECT * FROM amounts
    UNION ALL
    SELECT CAST(unnest(generate_series(first_month, month_start($as_of), INTERVAL '1 month')) AS DATE), NULL, NULL, NULL
    FROM (SELECT min(month) AS first_month FROM amounts)
    WHERE first_month IS NOT NULL
  )
  GROUP BY month
)
SELECT
  month,
  revenue,
  internal_revenue,
  intent,
  CASE WHEN revenue >= 0 AND intent >= 0 THEN CAST(intent AS DOUBLE) / NULLIF(CAST(revenue + intent AS DOUBLE), 0) END AS intent_share,
  month_end(month) > $as_of AS is_partial,
  month > month_add(month_start($as_of), -14) AS is_recent
FROM months
