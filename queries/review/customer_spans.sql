-- Final revenue and gross profit of each customer in the periods that contributors are found for: this month and this week up to the
-- as-of date, the same number of days of the month, the year and the week before. One pass over value.customer_day.
--
-- grain: customer_id
-- total: coalesce(sum(month_revenue), 0) = (select coalesce(sum(revenue), 0) from review.sales_spans where span = 'month' and k = 0)
-- total: coalesce(sum(week_revenue), 0) = (select coalesce(sum(revenue), 0) from review.sales_spans where span = 'week' and k = 0)
-- column: customer_id text "Customer"
-- column: month_revenue money "Final revenue of the month so far"
-- column: last_month_revenue money "Of the same days of the month before"
-- column: last_year_revenue money "Of the same days a year before"
-- column: week_revenue money "Of the week so far"
-- column: last_week_revenue money "Of the same days of the week before"
-- column: month_profit money "Gross profit of the month so far"
-- column: last_month_profit money "Of the same days of the month before"
-- column: last_year_profit money "Of the same days a year before"
-- column: week_profit money "Of the week so far"
-- column: last_week_profit money "Of the same days of the week before"
WITH days AS (
  SELECT
    max(CASE WHEN span = 'month' AND k = 0 THEN period_start END) AS month_start_on,
    max(CASE WHEN span = 'month' AND k = 1 THEN period_start END) AS last_month_start,
    max(CASE WHEN span = 'month' AND k = 1 THEN period_end END) AS last_month_end,
    max(CASE WHEN span = 'month' AND k = 12 THEN period_start END) AS last_year_start,
    max(CASE WHEN span = 'month' AND k = 12 THEN period_end END) AS last_year_end,
    max(CASE WHEN span = 'week' AND k = 0 THEN period_start END) AS week_start_on,
    max(CASE WHEN span = 'week' AND k = 1 THEN period_start END) AS last_week_start,
    max(CASE WHEN span = 'week' AND k = 1 THEN period_end END) AS last_week_end
  FROM review.spans
)
SELECT
  d.customer_id,
  coalesce(sum(CASE WHEN d.final_on >= s.month_start_on THEN d.amount END), 0) AS month_revenue,
  coalesce(sum(CASE WHEN d.final_on BETWEEN s.last_month_start AND s.last_month_end THEN d.amount END), 0) AS last_month_revenue,
  coalesce(sum(CASE WHEN d.final_on BETWEEN s.last_year_start AND s.last_year_end THEN d.amount END), 0) AS last_year_revenue,
  coalesce(sum(CASE WHEN d.final_on >= s.week_start_on THEN d.amount END), 0) AS week_revenue,
  coalesce(sum(CASE WHEN d.final_on BETWEEN s.last_week_start AND s.last_week_end THEN d.amount END), 0) AS last_week_revenue,
  coalesce(sum(CASE WHEN d.final_on >= s.month_start_on THEN d.gross_profit END), 0) AS month_profit,
  coalesce(sum(CASE WHEN d.final_on BETWEEN s.last_month_start AND s.last_month_end THEN d.gross_profit END), 0) AS last_month_profit,
  coalesce(sum(CASE WHEN d.final_on BETWEEN s.last_year_start AND s.last_year_end THEN d.gross_profit END), 0) AS last_year_profit,
  coalesce(sum(CASE WHEN d.final_on >= s.week_start_on THEN d.gross_profit END), 0) AS week_profit,
  coalesce(sum(CASE WHEN d.final_on BETWEEN s.last_week_start AND s.last_week_end THEN d.gross_profit END), 0) AS last_week_profit
FROM value.customer_day d
CROSS JOIN days s
WHERE d.final_on BETWEEN s.last_year_start AND s.last_year_end OR d.final_on >= least(s.last_month_start, s.last_week_start)
GROUP BY d.customer_id
