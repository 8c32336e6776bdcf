-- The figures of the summary page in one row: the window against the one before, the latest full month against the month before
-- and the year before, the running month so far, concentration, tiers and churn.
-- A comparison is empty when the data does not reach back that far; it is never zero for want of data.
--
-- grain: as_of
-- total: sum(revenue) = (select sum(revenue) from value.contribution)
-- column: as_of date "As of"
-- column: currency text "Currency"
-- column: unit text "Analysis unit"
-- column: window_start date "Window from"
-- column: window_end date "Window to, not included"
-- column: previous_window_start date "Window before, from"
-- column: revenue money "Final revenue in the window"
-- column: previous_revenue money "Final revenue in the window before"
-- column: revenue_change ratio "Change against the window before"
-- column: customers count "Customers with final revenue in the window"
-- column: intent_total money "Intent, not counted"
-- column: intent_customers count "Customers with intent"
-- column: month month "Latest full month"
-- column: month_revenue money "Final revenue of the month"
-- column: month_revenue_before money "Final revenue of the month before"
-- column: month_revenue_last_year money "Final revenue of the month a year before"
-- column: month_change ratio "Change against the month before"
-- column: month_change_last_year ratio "Change against the year before"
-- column: active_customers count "Active customers of the month"
-- column: active_customers_before count "Active customers of the month before"
-- column: active_customers_last_year count "Active customers a year before"
-- column: arpu money "Revenue per active customer"
-- column: arpu_before money "Revenue per active customer in the month before"
-- column: arpu_last_year money "Revenue per active customer a year before"
-- column: running_month_revenue money "Final revenue of the running month so far"
-- column: running_month_revenue_before money "The month before up to the same day"
-- column: k80_customers count "Customers who bring 80 %"
-- column: k80_customer_share ratio "Share of customers who bring 80 %"
-- column: top20_share ratio "Share of the largest 20 %"
-- column: is_8020 bool "The largest 20 % bring at least 80 %"
-- column: k80_customers_before count "Customers who brought 80 % at the month-end before"
-- column: k80_customer_share_before ratio "Share of customers who brought 80 % at the month-end before"
-- column: k80_profit_customers count "Customers who bring 80 % of gross profit"
-- column: k80_not_profitable count "Of the customers who bring 80 % of revenue, those without gross profit"
-- column: top1_customer_id text "Largest customer"
-- column: top1_customer_name text "Name of the largest customer"
-- column: top1_left_on date "Day from which it counts as having left"
-- column: top1_share ratio "Share of the largest customer"
-- column: key_customers count "Customers in the key and important tiers"
-- column: key_dormant_customers count "Dormant customers in the key and important tiers"
-- column: key_dormant_revenue money "Final revenue of those in the window"
-- column: tier_ups count "Customers who moved up a tier"
-- column: tier_downs count "Customers who moved down a tier"
-- column: tier_new count "Customers new to the tiers"
-- column: tier_lost count "Customers gone from the tiers"
-- column: logo_retention ratio "Share of last month's customers who bought again"
-- column: customers_lost count "Customers who did not buy again"
-- column: customers_new count "Customers with their first sale"
-- column: customers_reactivated count "Customers who came back"
WITH dates AS (
  SELECT
    month_add(month_start($as_of + 1), -1) AS month,
    month_start($as_of) AS running_month,
    -- Whole months go back by months, any other window by days.
    CASE
      WHEN month_start($window_start) = $window_start AND month_start($window_end) = $window_end
      THEN month_add($window_start, -months_between($window_start, $window_end))
      ELSE $window_start - ($window_end - $window_start)
    END AS previous_start
),
days AS (
  SELECT
    min(d.final_on) AS first_on,
    sum(CASE WHEN d.final_on >= $window_start AND d.final_on < $window_end THEN d.amount END) AS revenue,
    sum(CASE WHEN d.final_on >= t.previous_start AND d.final_on < $window_start THEN d.amount END) AS previous_revenue,
    sum(CASE WHEN d.final_on >= t.running_month THEN d.amount END) AS running_revenue,
    sum(CASE WHEN d.final_on >= month_add(t.running_month, -1) AND d.final_on <= month_add($as_of, -1) THEN d.amount END) AS running_before
  FROM value.customer_day d
  CROSS JOIN dates t
),
window_sums AS (
  SELECT
    t.month,
    t.running_month,
    t.previous_start,
    coalesce(d.revenue, 0) AS revenue,
    CASE WHEN month_start(d.first_on) <= t.previous_start THEN coalesce(d.previous_revenue, 0) END AS previous_revenue,
    coalesce(d.running_revenue, 0) AS running_revenue,
    CASE WHEN month_start(d.first_on) <= month_add(t.running_month, -1) THEN coalesce(d.running_before, 0) END AS running_before
  FROM dates t
  CROSS JOIN days d
),
months AS (
  SELECT
    month,
    revenue,
    active_customers,
    arpu,
    revenue_last_year,
    active_customers_last_year,
    arpu_last_year,
    lag(revenue) OVER (ORDER BY month) AS revenue_before,
    lag(active_customers) OVER (ORDER BY month) AS active_before,
    lag(arpu) OVER (ORDER BY month) AS arpu_before
  FROM arpu.monthly
),
intent AS (
  SELECT intent_total, n_intent_customers FROM value.control
),
concentration AS (
  SELECT
    max(CASE WHEN basis = 'revenue' THEN k80_customers END) AS k80_customers,
    max(CASE WHEN basis = 'revenue' THEN k80_customer_share END) AS k80_customer_share,
    max(CASE WHEN basis = 'revenue' THEN top20_share END) AS top20_share,
    bool_or(CASE WHEN basis = 'revenue' THEN is_8020 END) AS is_8020,
    max(CASE WHEN basis = 'revenue' THEN cr1 END) AS cr1,
    max(CASE WHEN basis = 'gross_profit' THEN k80_customers END) AS k80_profit_customers
  FROM value.concentration
),
top AS (
  SELECT
    count(*) AS customers,
    max(CASE WHEN rank = 1 THEN customer_id END) AS top_id,
    max(CASE WHEN rank = 1 THEN customer_name END) AS top_name,
    CASE
      WHEN count(gross_profit) > 0 THEN sum(CASE WHEN in_k80 AND gross_profit <= 0 THEN 1 ELSE 0 END)
    END AS k80_not_profitable
  FROM value.contribution
),
concentration_before AS (
  SELECT k.month_end, k.k80_customers, k.k80_customer_share
  FROM value.concentration_by_month k
),
tiers AS (
  SELECT
    sum(CASE WHEN position <= 2 THEN 1 ELSE 0 END) AS key_customers,
    sum(CASE WHEN position <= 2 AND is_dormant THEN 1 ELSE 0 END) AS dormant,
    sum(CASE WHEN position <= 2 AND is_dormant THEN revenue END) AS dormant_revenue
  FROM tiers.current
),
moves AS (
  SELECT
    sum(CASE WHEN from_tier <> 'new' AND to_tier <> 'lost' AND to_position < from_position THEN customers ELSE 0 END) AS ups,
    sum(CASE WHEN from_tier <> 'new' AND to_tier <> 'lost' AND to_position > from_position THEN customers ELSE 0 END) AS downs,
    sum(CASE WHEN from_tier = 'new' THEN customers ELSE 0 END) AS new,
    sum(CASE WHEN to_tier = 'lost' THEN customers ELSE 0 END) AS lost
  FROM tiers.migration
)
SELECT
  $as_of AS as_of,
  $currency AS currency,
  $unit AS unit,
  $window_start AS window_start,
  $window_end AS window_end,
  w.previous_start AS previous_window_start,
  w.revenue,
  w.previous_revenue,
  CASE WHEN w.previous_revenue > 0 THEN CAST(w.revenue - w.previous_revenue AS DOUBLE) / CAST(w.previous_revenue AS DOUBLE) END AS revenue_change,
  p.customers,
  i.intent_total,
  i.n_intent_customers AS intent_customers,
  w.month,
  m.revenue AS month_revenue,
  m.revenue_before AS month_revenue_before,
  m.revenue_last_year AS month_revenue_last_year,
  CASE WHEN m.revenue_before > 0 THEN CAST(m.revenue - m.revenue_before AS DOUBLE) / CAST(m.revenue_before AS DOUBLE) END AS month_change,
  CASE WHEN m.revenue_last_year > 0 THEN CAST(m.revenue - m.revenue_last_year AS DOUBLE) / CAST(m.revenue_last_year AS DOUBLE) END AS month_change_last_year,
  m.active_customers,
  m.active_before AS active_customers_before,
  m.active_customers_last_year,
  m.arpu,
  m.arpu_before,
  m.arpu_last_year,
  -- On the last day of a month it has become the latest full month, and there is no running one.
  CASE WHEN w.running_month > w.month THEN w.running_revenue END AS running_month_revenue,
  CASE WHEN w.running_month > w.month THEN w.running_before END AS running_month_revenue_before,
  n.k80_customers,
  n.k80_customer_share,
  n.top20_share,
  n.is_8020,
  b.k80_customers AS k80_customers_before,
  b.k80_customer_share AS k80_customer_share_before,
  n.k80_profit_customers,
  p.k80_not_profitable,
  p.top_id AS top1_customer_id,
  p.top_name AS top1_customer_name,
  z.left_on AS top1_left_on,
  n.cr1 AS top1_share,
  coalesce(t.key_customers, 0) AS key_customers,
  coalesce(t.dormant, 0) AS key_dormant_customers,
  coalesce(t.dormant_revenue, 0) AS key_dormant_revenue,
  v.ups AS tier_ups,
  v.downs AS tier_downs,
  v.new AS tier_new,
  v.lost AS tier_lost,
  c.logo_retention,
  c.lost AS customers_lost,
  c.new AS customers_new,
  c.reactivated AS customers_reactivated
FROM window_sums w
CROSS JOIN intent i
CROSS JOIN concentration n
CROSS JOIN top p
CROSS JOIN tiers t
CROSS JOIN moves v
LEFT JOIN months m ON m.month = w.month
LEFT JOIN concentration_before b ON b.month_end = month_end(month_add(w.month, -1))
LEFT JOIN churn.monthly c ON c.month = w.month
LEFT JOIN churn.last_seen z ON z.customer_id = p.top_id AND z.has_left
