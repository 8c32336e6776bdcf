-- The figures behind the tests for fake key accounts, for every customer among those who bring 80 % of revenue. What is not
-- recorded is empty, never zero.
--
-- Orders are final sales above zero; a month counts once. The largest order is an order's whole final amount in the window;
-- with the policy `instalments` each payment is one. Days since the last order run to the as-of date, over all history.
-- The discount rate is discount of discount and amount, over the lines sold in the window whose discount is known (also those
-- not final yet: a concession is made when the deal is struck). Only when no line of anybody has a discount is the discount of
-- the monthly costs taken, against revenue.
-- Service minutes are those of tickets opened in the window; a customer without a ticket has none, when there are tickets at
-- all. Days overdue are summed over the months of the window; by month they are the
-- mean of the months on record. What overdue money costs is the revenue of each month, times
-- its days overdue, at the yearly rate of rules.fake_accounts, rounded to money.
-- Contribution is gross profit less rebate, service cost and cost of overdue money, and known only when all of them are, in every
-- month with orders: a month with orders that the monthly costs leave out makes it unknown.
-- What it can be at most leaves out the unknown ones, which can only lower it.
--
-- A figure is high when it is above zero and at or above the percentile of the rule among the customers here who have it. That
-- percentile is the smallest value that at least that share of them do not exceed. With fewer of them than the rule asks for,
-- nothing is said.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- empty_if_missing: staging.costs, staging.tickets
-- check: months_with_orders >= 0 and days_since_order >= 0
-- check: contribution <= contribution_at_most
-- check: n_high + n_unknown <= 3
-- total: sum(revenue) = (select sum(revenue) from value.contribution where in_k80)
-- column: customer_id text "Customer"
-- column: revenue money "Final revenue in the window"
-- column: in_k80_profit bool "Among the customers who bring 80 % of gross profit"
-- column: months_with_orders count "Months with orders"
-- column: largest_order money "Largest order"
-- column: largest_order_share ratio "Share of the largest order"
-- column: last_order_on date "Last order"
-- column: days_since_order days "Days since the last order"
-- column: gross_profit money "Gross profit"
-- column: margin ratio "Gross profit of revenue"
-- column: portfolio_margin_median ratio "Median margin of all customers"
-- column: is_below_median bool "Margin below the median"
-- column: discount_rate ratio "Discount rate"
-- column: discount_rate_high ratio "High from this discount rate"
-- column: minutes_per_1000 count "Service minutes per 1,000 of revenue"
-- column: minutes_per_1000_high count "High from these minutes"
-- column: overdue_days count "Days overdue, summed over the months of the window"
-- column: overdue_days_per_month count "Days overdue per month"
-- column: overdue_days_high count "High from these days"
-- column: months_without_costs count "Months with orders that the monthly costs leave out"
-- column: rebate money "Rebate"
-- column: service_cost money "Service cost"
-- column: finance_cost money "Cost of overdue money"
-- column: contribution money "Contribution"
-- column: contribution_at_most money "Contribution at most"
-- column: n_high count "High figures of three"
-- column: n_unknown count "Figures of three that are not known"
WITH rule AS (
  SELECT percentile, min_peers, finance_rate, year_days
  FROM rules.fake_accounts
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
-- Twelve digits hold every margin exactly enough to tell two customers apart, and a decimal has an exact median.
portfolio AS (
  SELECT
    customer_id,
    revenue,
    gross_profit,
    in_k80,
    in_k80_profit,
    last_sale_on,
    CASE WHEN revenue > 0 THEN CAST(CAST(gross_profit AS DOUBLE) / CAST(revenue AS DOUBLE) AS DECIMAL(38, 12)) END AS margin
  FROM value.contribution
),
median_margin AS (
  SELECT median(CAST(margin AS DECIMAL(38, 13))) AS margin_median
  FROM portfolio
  WHERE margin IS NOT NULL
),
months AS (
  SELECT customer_id, count(DISTINCT month_start(final_on)) AS n_months
  FROM value.customer_day
  WHERE n_sale_lines > 0 AND final_on >= $window_start AND final_on < $window_end
  GROUP BY customer_id
),
orders AS (
  SELECT u.unit_id, f.order_id, sum(f.amount) AS amount
  FROM revenue.final f
  JOIN value.units u ON u.customer_id = f.customer_id
  JOIN value.contribution v ON v.customer_id = u.unit_id
  WHERE v.in_k80 AND NOT u.is_internal AND f.final_on >= $window_start AND f.final_on < $window_end
  GROUP BY u.unit_id, f.order_id
),
largest AS (
  SELECT unit_id, max(amount) AS amount FROM orders GROUP BY unit_id
),
sold AS (
  SELECT
    customer_id,
    sum(CASE WHEN discount IS NOT NULL THEN amount END) AS amount,
    sum(discount) AS discount
  FROM staging.sales
  WHERE sold_on >= $window_start AND sold_on < $window_end AND amount >= 0 AND state <> 'refund'
  GROUP BY customer_id
),
discounts AS (
  SELECT u.unit_id, sum(s.amount) AS amount, sum(s.discount) AS discount
  FROM sold s
  JOIN value.units u ON u.customer_id = s.customer_id
  WHERE NOT u.is_internal
  GROUP BY u.unit_id
),
month_revenue AS (
  SELECT customer_id, month_start(final_on) AS month, greatest(sum(amount), 0) AS revenue
  FROM revenue.customer_day
  WHERE final_on >= $window_start AND final_on < $window_end
  GROUP BY customer_id, month_start(final_on)
),
month_costs AS (
  SELECT
    u.unit_id,
    sum(c.discount) AS discount,
    sum(c.rebate) AS rebate,
    sum(c.service_cost) AS service_cost,
    sum(c.overdue_days) AS overdue_days,
    CAST(sum(c.overdue_days) AS DOUBLE) / NULLIF(count(c.overdue_days), 0) AS overdue_days_per_month,
    sum(coalesce(m.revenue, 0) * c.overdue_days) AS overdue_revenue
  FROM staging.costs c
  JOIN value.units u ON u.customer_id = c.customer_id
  LEFT JOIN month_revenue m ON m.customer_id = c.customer_id AND m.month = month_start(c.month)
  WHERE NOT u.is_internal AND c.month >= $window_start AND c.month < $window_end
  GROUP BY u.unit_id
),
-- Each member of a group has its own costs.
uncosted AS (
  SELECT u.unit_id, count(*) AS n
  FROM (
    SELECT DISTINCT customer_id, month_start(final_on) AS month
    FROM revenue.customer_day
    WHERE n_sale_lines > 0 AND final_on >= $window_start AND final_on < $window_end
  ) m
  JOIN value.units u ON u.customer_id = m.customer_id
  LEFT JOIN (SELECT DISTINCT customer_id, month_start(month) AS month FROM staging.costs) c
    ON c.customer_id = m.customer_id AND c.month = m.month
  WHERE NOT u.is_internal AND c.customer_id IS NULL
  GROUP BY u.unit_id
),
tickets AS (
  SELECT u.unit_id, count(*) AS n, sum(t.minutes) AS minutes
  FROM staging.tickets t
  JOIN value.units u ON u.customer_id = t.customer_id
  WHERE NOT u.is_internal
    AND CAST(t.opened_at AT TIME ZONE $timezone AS DATE) >= $window_start
    AND CAST(t.opened_at AT TIME ZONE $timezone AS DATE) < $window_end
  GROUP BY u.unit_id
),
-- All customers of the window, because what is recorded for anybody decides how a missing record is read.
recorded AS (
  SELECT
    p.*,
    o.n_months,
    l.amount AS largest_order,
    CASE WHEN count(d.discount) OVER () > 0 THEN d.discount ELSE c.discount END AS discount,
    CASE WHEN count(d.discount) OVER () > 0 THEN d.amount ELSE p.revenue END AS discounted,
    CASE WHEN count(t.minutes) OVER () > 0 THEN CASE WHEN t.n IS NULL THEN 0 ELSE t.minutes END END AS minutes,
    coalesce(x.n, 0) AS months_without_costs,
    c.rebate,
    c.service_cost,
    c.overdue_days,
    c.overdue_days_per_month,
    CAST(ROUND(c.overdue_revenue * r.finance_rate / r.year_days, 4) AS DECIMAL(38, 4)) AS finance_cost,
    r.percentile,
    r.min_peers
  FROM portfolio p
  CROSS JOIN rule r
  LEFT JOIN months o ON o.customer_id = p.customer_id
  LEFT JOIN largest l ON l.unit_id = p.customer_id
  LEFT JOIN discounts d ON d.unit_id = p.customer_id
  LEFT JOIN month_costs c ON c.unit_id = p.customer_id
  LEFT JOIN uncosted x ON x.unit_id = p.customer_id
  LEFT JOIN tickets t ON t.unit_id = p.customer_id
),
rated AS (
  SELECT
    *,
    CAST(CAST(discount AS DOUBLE) / NULLIF(CAST(discounted + discount AS DOUBLE), 0) AS DECIMAL(38, 12)) AS discount_rate,
    CAST(CAST(minutes * 1000 AS DOUBLE) / CAST(revenue AS DOUBLE) AS DECIMAL(38, 12)) AS minutes_per_1000
  FROM recorded
  WHERE in_k80
),
-- At or below a value are all known ones except those that rank before it from the top.
placed AS (
  SELECT
    *,
    count(discount_rate) OVER () AS n_discount,
    count(discount_rate) OVER () - rank() OVER (PARTITION BY discount_rate IS NULL ORDER BY discount_rate DESC) + 1 AS at_most_discount,
    count(minutes_per_1000) OVER () AS n_minutes,
    count(minutes_per_1000) OVER () - rank() OVER (PARTITION BY minutes_per_1000 IS NULL ORDER BY minutes_per_1000 DESC) + 1 AS at_most_minutes,
    count(overdue_days) OVER () AS n_overdue,
    count(overdue_days) OVER () - rank() OVER (PARTITION BY overdue_days IS NULL ORDER BY overdue_days DESC) + 1 AS at_most_overdue
  FROM rated
),
limits AS (
  SELECT
    *,
    min(CASE WHEN n_discount >= min_peers AND at_most_discount >= percentile * n_discount THEN discount_rate END) OVER () AS discount_rate_high,
    min(CASE WHEN n_minutes >= min_peers AND at_most_minutes >= percentile * n_minutes THEN minutes_per_1000 END) OVER () AS minutes_per_1000_high,
    min(CASE WHEN n_overdue >= min_peers AND at_most_overdue >= percentile * n_overdue THEN overdue_days END) OVER () AS overdue_days_high
  FROM placed
)
SELECT
  l.customer_id,
  l.revenue,
  l.in_k80_profit,
  coalesce(l.n_months, 0) AS months_with_orders,
  l.largest_order,
  CAST(l.largest_order AS DOUBLE) / CAST(l.revenue AS DOUBLE) AS largest_order_share,
  l.last_sale_on AS last_order_on,
  CAST($as_of - l.last_sale_on AS BIGINT) AS days_since_order,
  l.gross_profit,
  CAST(l.gross_profit AS DOUBLE) / CAST(l.revenue AS DOUBLE) AS margin,
  CAST(m.margin_median AS DOUBLE) AS portfolio_margin_median,
  l.margin < m.margin_median AS is_below_median,
  CAST(l.discount_rate AS DOUBLE) AS discount_rate,
  CAST(l.discount_rate_high AS DOUBLE) AS discount_rate_high,
  CAST(l.minutes_per_1000 AS DOUBLE) AS minutes_per_1000,
  CAST(l.minutes_per_1000_high AS DOUBLE) AS minutes_per_1000_high,
  l.overdue_days,
  l.overdue_days_per_month,
  l.overdue_days_high,
  l.months_without_costs,
  l.rebate,
  l.service_cost,
  l.finance_cost,
  CASE WHEN l.months_without_costs = 0 THEN l.gross_profit - l.rebate - l.service_cost - l.finance_cost END AS contribution,
  l.gross_profit - coalesce(l.rebate, 0) - coalesce(l.service_cost, 0) - coalesce(l.finance_cost, 0) AS contribution_at_most,
  CASE WHEN l.discount_rate > 0 AND l.discount_rate >= l.discount_rate_high THEN 1 ELSE 0 END
    + CASE WHEN l.minutes_per_1000 > 0 AND l.minutes_per_1000 >= l.minutes_per_1000_high THEN 1 ELSE 0 END
    + CASE WHEN l.overdue_days > 0 AND l.overdue_days >= l.overdue_days_high THEN 1 ELSE 0 END AS n_high,
  CASE WHEN l.discount_rate IS NULL OR l.discount_rate_high IS NULL THEN 1 ELSE 0 END
    + CASE WHEN l.minutes_per_1000 IS NULL OR l.minutes_per_1000_high IS NULL THEN 1 ELSE 0 END
    + CASE WHEN l.overdue_days IS NULL OR l.overdue_days_high IS NULL THEN 1 ELSE 0 END AS n_unknown
FROM limits l
CROSS JOIN median_margin m
