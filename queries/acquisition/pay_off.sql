-- Does nurturing pay, and when? Cohorts by first touch (acquisition.nurtured) after 12, 24 and 36 months (rules.pay_off_horizons). For each
-- member the months run from its own first touch. Revenue is cumulative final revenue; what it brought is gross profit or, where any of
-- this revenue has no cost of goods, the revenue itself, and then in all cells.
-- Cost is what all channels cost in the months of the cohort, spend and salaries, because that is what its first touches took; and rebate,
-- service and implementation of its members, by month, up to the horizon. It is unknown where the channel costs do not cover all months of
-- the cohort; without the table of costs it is that of the channels alone, and is marked so.
-- A cell is mature when all members have had so many months; a younger one is immature and has no verdict, whatever it brought: it has
-- not failed, its time is not over. A mature cell has paid off when what it brought comes to its cost; else it has not yet, also when it has
-- brought nothing and cost nothing.
--
-- grain: cohort, horizon_months
-- order: cohort desc, horizon_months
-- empty_if_missing: staging.channel_costs, staging.costs
-- check: pay_state in ('immature', 'paid_off', 'not_yet', 'unknown')
-- check: (pay_state = 'immature') = (not is_mature)
-- check: is_mature or pay_back is null
-- check: customers <= members
-- column: cohort month "First month of the cohort"
-- column: horizon_months count "Months since the first touch"
-- column: members count "Leads and customers in the cohort"
-- column: customers count "Of these paid within these months"
-- column: revenue money "Cumulative final revenue"
-- column: gross_profit money "Cumulative gross profit"
-- column: channel_cost money "Cost of channels"
-- column: customer_cost money "Rebate, service and implementation"
-- column: cost money "All cost"
-- column: brought money "Gross profit, or revenue where that is not known"
-- column: balance money "Brought less cost"
-- column: pay_back ratio "Brought for what it cost"
-- column: mature_on date "Can be judged from"
-- column: is_mature bool "Can be judged"
-- column: is_profit bool "What it brought is gross profit"
-- column: is_cost_partial bool "Cost of customers is not known"
-- column: pay_state text "Verdict"
-- column: is_small_sample bool "Too few members for a ratio to mean much"
WITH rule AS (
  SELECT h.horizon_months, s.min_units
  FROM rules.pay_off_horizons h
  CROSS JOIN rules.small_samples s
  WHERE (h.valid_from IS NULL OR h.valid_from <= $as_of) AND (h.valid_to IS NULL OR h.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
cohorts AS (
  SELECT cohort, cohort_end, count(*) AS members FROM acquisition.nurtured GROUP BY cohort, cohort_end
),
events AS (
  SELECT
    n.cohort,
    months_between(n.first_on, d.final_on)
    - CASE WHEN month_add(n.first_on, months_between(n.first_on, d.final_on)) > d.final_on THEN 1 ELSE 0 END AS months_since,
    d.amount AS revenue,
    d.gross_profit,
    CASE WHEN d.gross_profit IS NULL THEN 1 ELSE 0 END AS n_unknown,
    CASE WHEN d.final_on = n.paid_on THEN 1 ELSE 0 END AS n_customers
  FROM acquisition.nurtured n
  JOIN value.customer_day d ON d.customer_id = n.customer_id AND d.final_on >= n.first_on
),
months AS (
  SELECT
    cohort,
    months_since,
    sum(revenue) AS revenue,
    sum(gross_profit) AS gross_profit,
    sum(n_unknown) AS n_unknown,
    sum(n_customers) AS n_customers
  FROM events
  GROUP BY cohort, months_since
),
known AS (
  SELECT
    (SELECT coalesce(sum(n_unknown), 0) = 0 FROM months) AS is_profit,
    (SELECT count(*) > 0 FROM staging.costs) AS has_costs
),
sold AS (
  SELECT
    m.cohort,
    r.horizon_months,
    sum(m.revenue) AS revenue,
    sum(m.gross_profit) AS gross_profit,
    sum(m.n_customers) AS n_customers
  FROM months m
  JOIN rule r ON m.months_since < r.horizon_months
  GROUP BY m.cohort, r.horizon_months
),
served AS (
  SELECT
    n.cohort,
    months_between(n.first_on, t.month) AS months_since,
    sum(coalesce(t.rebate, 0) + coalesce(t.service_cost, 0) + coalesce(t.implementation_cost, 0)) AS cost
  FROM acquisition.nurtured n
  JOIN value.units u ON u.unit_id = n.customer_id AND NOT u.is_internal
  JOIN staging.costs t ON t.customer_id = u.customer_id AND t.month >= month_start(n.first_on)
  GROUP BY n.cohort, months_between(n.first_on, t.month)
),
cared AS (
  SELECT s.cohort, r.horizon_months, sum(s.cost) AS cost
  FROM served s
  JOIN rule r ON s.months_since < r.horizon_months
  GROUP BY s.cohort, r.horizon_months
),
spent AS (
  SELECT month_start(month) AS month, sum(coalesce(spend, 0) + coalesce(sales_cost, 0)) AS cost
  FROM staging.channel_costs
  GROUP BY month_start(month)
),
covered AS (
  SELECT min(month) AS first_month, max(month) AS last_month FROM spent
),
channels AS (
  SELECT c.cohort, coalesce(sum(s.cost), 0) AS cost
  FROM cohorts c
  CROSS JOIN covered v
  LEFT JOIN spent s ON s.month >= c.cohort AND s.month < c.cohort_end
  WHERE v.first_month <= c.cohort AND v.last_month >= least(month_add(c.cohort_end, -1), month_start($as_of))
  GROUP BY c.cohort
),
cells AS (
  SELECT
    c.cohort,
    r.horizon_months,
    c.members,
    coalesce(s.n_customers, 0) AS customers,
    coalesce(s.revenue, 0) AS revenue,
    CASE WHEN k.is_profit THEN coalesce(s.gross_profit, 0) END AS gross_profit,
    h.cost AS channel_cost,
    CASE WHEN k.has_costs THEN coalesce(a.cost, 0) END AS customer_cost,
    CASE WHEN k.is_profit THEN coalesce(s.gross_profit, 0) ELSE coalesce(s.revenue, 0) END AS brought,
    h.cost + CASE WHEN k.has_costs THEN coalesce(a.cost, 0) ELSE 0 END AS cost,
    month_add(c.cohort_end, CAST(r.horizon_months AS INT)) - 1 AS mature_on,
    k.is_profit,
    NOT k.has_costs AS is_cost_partial,
    c.members < r.min_units AS is_small_sample
  FROM cohorts c
  CROSS JOIN rule r
  CROSS JOIN known k
  LEFT JOIN sold s ON s.cohort = c.cohort AND s.horizon_months = r.horizon_months
  LEFT JOIN cared a ON a.cohort = c.cohort AND a.horizon_months = r.horizon_months
  LEFT JOIN channels h ON h.cohort = c.cohort
)
SELECT
  cohort,
  horizon_months,
  members,
  customers,
  revenue,
  gross_profit,
  channel_cost,
  customer_cost,
  cost,
  brought,
  CASE WHEN mature_on <= $as_of THEN brought - cost END AS balance,
  CASE WHEN mature_on <= $as_of THEN CAST(brought AS DOUBLE) / NULLIF(CAST(cost AS DOUBLE), 0) END AS pay_back,
  mature_on,
  mature_on <= $as_of AS is_mature,
  is_profit,
  is_cost_partial,
  CASE
    WHEN mature_on > $as_of THEN 'immature'
    WHEN cost IS NULL THEN 'unknown'
    WHEN brought >= cost AND brought > 0 THEN 'paid_off'
    ELSE 'not_yet'
  END AS pay_state,
  is_small_sample
FROM cells
