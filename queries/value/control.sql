-- Control totals: how all sales split into what the reports show and what they leave out, and how many customers are in each part.
-- Sales are final or intent; final revenue is of internal or other customers; the latter is inside or outside the window;
-- inside it belongs to customers above zero, who are ranked, or to those at zero or below.
--
-- grain: as_of
-- check: final_total + intent_total = sales_total
-- check: internal_total + external_total = final_total
-- check: window_total + outside_window_total = external_total
-- check: ranked_total + non_positive_total = window_total
-- check: n_positive + n_non_positive + n_outside_window + n_prospects = n_customers
-- column: as_of date "As of"
-- column: sales_total money "All sales"
-- column: final_total money "Final revenue"
-- column: intent_total money "Intent, not counted"
-- column: internal_total money "Final revenue of internal customers"
-- column: external_total money "Final revenue without internal customers"
-- column: window_total money "Final revenue in the window"
-- column: outside_window_total money "Final revenue outside the window"
-- column: ranked_total money "Customers above zero in the window"
-- column: non_positive_total money "Customers at zero or below in the window"
-- column: n_sales_lines count "Lines of sales"
-- column: n_intent_lines count "Lines of intent"
-- column: n_intent_customers count "Customers with intent"
-- column: n_customers count "Customers, internal ones left out"
-- column: n_positive count "Customers above zero in the window"
-- column: n_non_positive count "Customers at zero or below in the window"
-- column: n_outside_window count "Customers with final revenue only outside the window"
-- column: n_prospects count "Customers without any final revenue"
-- column: n_internal count "Internal customers"
-- column: n_unknown count "Customers with sales but without a row in the customer table"
-- column: first_final_on date "First day with final revenue"
-- column: last_final_on date "Last day with final revenue"
WITH sales AS (
  SELECT coalesce(sum(amount), 0) AS sales_total, count(*) AS n_sales_lines FROM staging.sales
),
intent AS (
  SELECT coalesce(sum(amount), 0) AS intent_total, count(*) AS n_intent_lines, count(DISTINCT customer_id) AS n_intent_customers
  FROM revenue.intent
),
final AS (
  SELECT
    coalesce(sum(d.amount), 0) AS final_total,
    coalesce(sum(CASE WHEN u.is_internal THEN d.amount END), 0) AS internal_total,
    coalesce(sum(CASE WHEN NOT u.is_internal THEN d.amount END), 0) AS external_total,
    coalesce(sum(CASE WHEN NOT u.is_internal AND d.final_on >= $window_start AND d.final_on < $window_end THEN d.amount END), 0) AS window_total,
    coalesce(sum(CASE WHEN NOT u.is_internal AND NOT (d.final_on >= $window_start AND d.final_on < $window_end) THEN d.amount END), 0) AS outside_window_total,
    min(d.final_on) AS first_final_on,
    max(d.final_on) AS last_final_on
  FROM revenue.customer_day d
  JOIN value.units u ON u.customer_id = d.customer_id
),
units AS (
  SELECT
    count(DISTINCT CASE WHEN NOT is_internal THEN unit_id END) AS n_customers,
    count(CASE WHEN is_internal THEN 1 END) AS n_internal,
    count(CASE WHEN NOT is_known THEN 1 END) AS n_unknown
  FROM value.units
),
per_unit AS (
  SELECT
    u.unit_id,
    sum(CASE WHEN d.final_on >= $window_start AND d.final_on < $window_end THEN d.amount END) AS revenue,
    count(CASE WHEN d.final_on >= $window_start AND d.final_on < $window_end THEN 1 END) AS n_days,
    count(d.customer_id) AS n_days_ever
  FROM value.units u
  LEFT JOIN revenue.customer_day d ON d.customer_id = u.customer_id
  WHERE NOT u.is_internal
  GROUP BY u.unit_id
),
population AS (
  SELECT
    coalesce(sum(CASE WHEN revenue > 0 THEN revenue END), 0) AS ranked_total,
    coalesce(sum(CASE WHEN revenue <= 0 THEN revenue END), 0) AS non_positive_total,
    count(CASE WHEN revenue > 0 THEN 1 END) AS n_positive,
    count(CASE WHEN revenue <= 0 THEN 1 END) AS n_non_positive,
    count(CASE WHEN n_days = 0 AND n_days_ever > 0 THEN 1 END) AS n_outside_window,
    count(CASE WHEN n_days_ever = 0 THEN 1 END) AS n_prospects
  FROM per_unit
)
SELECT
  $as_of AS as_of,
  s.sales_total,
  f.final_total,
  i.intent_total,
  f.internal_total,
  f.external_total,
  f.window_total,
  f.outside_window_total,
  p.ranked_total,
  p.non_positive_total,
  s.n_sales_lines,
  i.n_intent_lines,
  i.n_intent_customers,
  u.n_customers,
  p.n_positive,
  p.n_non_positive,
  p.n_outside_window,
  p.n_prospects,
  u.n_internal,
  u.n_unknown,
  f.first_final_on,
  f.last_final_on
FROM sales s
CROSS JOIN intent i
CROSS JOIN final f
CROSS JOIN units u
CROSS JOIN population p
