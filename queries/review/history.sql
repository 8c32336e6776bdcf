-- Every metric of rules.review_metrics in the periods of review.spans: thirteen of each kind, as far as they are known. Amounts
-- and counts are exact in `amount`; a rate has none. Nothing is there for a period that begins before the month in which its
-- table begins, nor for a metric whose table is not there: not known is not zero.
--
-- grain: metric, span, k
-- empty_if_missing: revenue.retention, coverage.compliance_by_month, review.daily
-- total: coalesce(sum(case when metric = 'revenue' and span = 'month' and k = 0 then amount end), 0) = (select coalesce(sum(amount), 0) from value.customer_day where final_on >= month_start($as_of))
-- check: period_end <= $as_of
-- column: metric text "Metric"
-- column: span text "Kind of period"
-- column: k count "How many periods back"
-- column: period_start date "From"
-- column: period_end date "Up to, included"
-- column: is_partial bool "Not over yet, or cut to the same number of days"
-- column: has_festival bool "Holds a day of the Spring Festival"
-- column: amount money "Value, where it is a sum or a count"
-- column: value ratio "Value"
WITH firsts AS (
  SELECT metric, month_start(min(day)) AS first_month FROM review.daily GROUP BY metric
),
counted AS (
  SELECT s.span, s.k, d.metric, CAST(sum(d.amount) AS DECIMAL(38, 4)) AS amount
  FROM review.daily d
  CROSS JOIN (VALUES ('day'), ('week'), ('month'), ('full_month')) AS b (span)
  JOIN review.spans s
    ON s.span = b.span
    AND s.period_start = CASE b.span WHEN 'day' THEN d.day WHEN 'week' THEN week_start(d.day) ELSE month_start(d.day) END
  WHERE d.day >= month_add(month_start($as_of), -13) AND d.day <= s.period_end
  GROUP BY s.span, s.k, d.metric
),
tail AS (
  SELECT
    month_end,
    sum(CASE WHEN segment = 'tail' AND revenue > 0 THEN revenue ELSE 0 END) AS tail_revenue,
    sum(CASE WHEN revenue > 0 THEN revenue END) AS revenue
  FROM tiers.segment_history
  GROUP BY month_end
),
by_month AS (
  SELECT month, 'customers_new' AS metric, new AS n, CAST(NULL AS DOUBLE) AS rate FROM churn.monthly
  UNION ALL
  SELECT month, 'customers_lost', lost, NULL FROM churn.monthly
  UNION ALL
  SELECT month, 'customers_reactivated', reactivated, NULL FROM churn.monthly
  UNION ALL
  SELECT month, 'logo_retention', NULL, logo_retention FROM churn.monthly
  UNION ALL
  SELECT month, 'nrr', NULL, nrr FROM revenue.retention WHERE basis = 'month'
  UNION ALL
  SELECT month, 'grr', NULL, grr FROM revenue.retention WHERE basis = 'month'
  UNION ALL
  SELECT month_start(month_end), 'k80_customer_share', NULL, k80_customer_share FROM value.concentration_by_month WHERE NOT is_short_history
  UNION ALL
  SELECT month_start(month_end), 'cr10', NULL, cr10 FROM value.concentration_by_month WHERE NOT is_short_history
  UNION ALL
  SELECT month_start(month_end), 'hhi', NULL, hhi FROM value.concentration_by_month WHERE NOT is_short_history
  UNION ALL
  SELECT month_start(t.month_end), 'tail_share', NULL, CAST(t.tail_revenue AS DOUBLE) / CAST(t.revenue AS DOUBLE)
  FROM tail t
  JOIN value.concentration_by_month m ON m.month_end = t.month_end AND NOT m.is_short_history
  UNION ALL
  SELECT month, 'coverage_compliance', NULL, compliance FROM coverage.compliance_by_month
),
found AS (
  SELECT span, k, 'revenue' AS metric, CAST(revenue AS DECIMAL(38, 4)) AS amount, CAST(NULL AS DOUBLE) AS rate FROM review.sales_spans
  UNION ALL
  SELECT span, k, 'gross_profit', CAST(gross_profit AS DECIMAL(38, 4)), NULL FROM review.sales_spans
  UNION ALL
  SELECT span, k, 'orders', CAST(orders AS DECIMAL(38, 4)), NULL FROM review.sales_spans
  UNION ALL
  SELECT span, k, 'active_customers', CAST(active_customers AS DECIMAL(38, 4)), NULL FROM review.sales_spans
  UNION ALL
  SELECT span, k, 'arpu', NULL, CAST(revenue AS DOUBLE) / NULLIF(active_customers, 0) FROM review.sales_spans
  UNION ALL
  SELECT span, k, 'intent', CAST(intent AS DECIMAL(38, 4)), NULL FROM review.intent_stock
  UNION ALL
  SELECT s.span, s.k, f.metric, coalesce(c.amount, 0), NULL
  FROM review.spans s
  JOIN firsts f ON f.first_month <= s.period_start
  LEFT JOIN counted c ON c.span = s.span AND c.k = s.k AND c.metric = f.metric
  UNION ALL
  SELECT s.span, s.k, m.metric, CAST(m.n AS DECIMAL(38, 4)), m.rate
  FROM by_month m
  JOIN review.spans s ON s.span = 'full_month' AND s.period_start = m.month
  CROSS JOIN (SELECT min(month) AS first_month FROM value.months) f
  -- In the month of the first revenue everybody is new, and nobody can be lost.
  WHERE m.month > f.first_month
  UNION ALL
  SELECT 'week', r.k, x.metric, NULL, CASE x.metric WHEN 'k80_customer_share' THEN r.k80_customer_share WHEN 'cr10' THEN r.cr10 ELSE r.hhi END
  FROM review.rolling r
  CROSS JOIN (VALUES ('k80_customer_share'), ('cr10'), ('hhi')) AS x (metric)
)
SELECT
  f.metric,
  f.span,
  f.k,
  s.period_start,
  s.period_end,
  s.is_partial,
  s.has_festival,
  f.amount,
  CASE WHEN f.amount IS NOT NULL THEN CAST(f.amount AS DOUBLE) ELSE f.rate END AS value
FROM found f
JOIN review.spans s ON s.span = f.span AND s.k = f.k
WHERE f.amount IS NOT NULL OR f.rate IS NOT NULL
