-- How monthly recurring revenue moved: what each month began with, what came and went, and what it ended with.
-- Every customer-month has exactly one movement (revenue.mrr_by_customer), so the end is the start with what came and without what
-- went, to the cent, and each month begins with the end of the one before. Internal customers are left out. The months end
-- with the last one that the subscription table has; one that is not over on the as-of date is marked.
--
-- grain: month
-- check: start_mrr + new + reactivation + expansion - contraction - churn = end_mrr
-- check: start_mrr = end_mrr_before
-- check: start_customers + n_new + n_reactivation - n_churn = customers
-- total: sum(end_mrr) = (select sum(end_mrr) from revenue.mrr_by_customer)
-- column: month month "Month"
-- column: start_mrr money "At the start"
-- column: new money "New"
-- column: reactivation money "Back again"
-- column: expansion money "Expansion"
-- column: contraction money "Contraction"
-- column: churn money "Churn"
-- column: end_mrr money "At the end"
-- column: customers count "Customers with a subscription at the end"
-- column: is_partial bool "Not over yet on the as-of date"
-- column: start_customers count "Customers with a subscription at the start"
-- column: n_new count "New customers"
-- column: n_reactivation count "Customers back again"
-- column: n_expansion count "Customers who pay more"
-- column: n_contraction count "Customers who pay less"
-- column: n_churn count "Customers who pay no more"
-- column: end_mrr_before money "At the end of the month before"
-- column: is_latest bool "The latest month that is over"
WITH sums AS (
  SELECT
    month,
    sum(start_mrr) AS start_mrr,
    sum(CASE WHEN movement = 'new' THEN end_mrr ELSE 0 END) AS new,
    sum(CASE WHEN movement = 'reactivation' THEN end_mrr ELSE 0 END) AS reactivation,
    sum(CASE WHEN movement = 'expansion' THEN end_mrr - start_mrr ELSE 0 END) AS expansion,
    sum(CASE WHEN movement = 'contraction' THEN start_mrr - end_mrr ELSE 0 END) AS contraction,
    sum(CASE WHEN movement = 'churn' THEN start_mrr ELSE 0 END) AS churn,
    sum(end_mrr) AS end_mrr,
    count(CASE WHEN start_mrr > 0 THEN 1 END) AS start_customers,
    count(CASE WHEN movement = 'new' THEN 1 END) AS n_new,
    count(CASE WHEN movement = 'reactivation' THEN 1 END) AS n_reactivation,
    count(CASE WHEN movement = 'expansion' THEN 1 END) AS n_expansion,
    count(CASE WHEN movement = 'contraction' THEN 1 END) AS n_contraction,
    count(CASE WHEN movement = 'churn' THEN 1 END) AS n_churn,
    count(CASE WHEN end_mrr > 0 THEN 1 END) AS customers
  FROM revenue.mrr_by_customer
  GROUP BY month
),
span AS (
  SELECT min(month) AS first_month, max(month) AS last_month FROM revenue.mrr_by_customer
),
spine AS (
  SELECT CAST(unnest(generate_series(first_month, last_month, INTERVAL '1 month')) AS DATE) AS month
  FROM span
  WHERE first_month IS NOT NULL
),
monthly AS (
  SELECT
    p.month,
    coalesce(s.start_mrr, 0) AS start_mrr,
    coalesce(s.new, 0) AS new,
    coalesce(s.reactivation, 0) AS reactivation,
    coalesce(s.expansion, 0) AS expansion,
    coalesce(s.contraction, 0) AS contraction,
    coalesce(s.churn, 0) AS churn,
    coalesce(s.end_mrr, 0) AS end_mrr,
    coalesce(s.customers, 0) AS customers,
    month_end(p.month) > $as_of AS is_partial,
    coalesce(s.start_customers, 0) AS start_customers,
    coalesce(s.n_new, 0) AS n_new,
    coalesce(s.n_reactivation, 0) AS n_reactivation,
    coalesce(s.n_expansion, 0) AS n_expansion,
    coalesce(s.n_contraction, 0) AS n_contraction,
    coalesce(s.n_churn, 0) AS n_churn
  FROM spine p
  LEFT JOIN sums s ON s.month = p.month
)
SELECT
  *,
  coalesce(lag(end_mrr) OVER (ORDER BY month), 0) AS end_mrr_before,
  coalesce(month = max(CASE WHEN NOT is_partial THEN month END) OVER (), false) AS is_latest
FROM monthly
