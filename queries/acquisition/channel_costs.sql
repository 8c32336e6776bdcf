-- What each channel cost: its spend and its salaries of sales, in the months of the window and the months of the lag before them
-- (acquisition.cycle), because who is won early in the window was paid for before it.
-- Shared cost is that of a name which is no channel: neither in staging.channels nor the first channel of any lead. It is divided among the
-- channels by their leads of the same months, to the ten-thousandth; the channel with the most leads takes what rounding leaves. A channel
-- without a row of cost has no cost of its own that is known. Without any lead to divide it by, shared cost stays with its own name.
-- Where there is no table of channels, no cost is shared.
--
-- grain: channel
-- order: total_cost desc, channel
-- empty_if_missing: staging.channels
-- total: sum(own_spend + shared_spend) = (select coalesce(sum(c.spend), 0) from staging.channel_costs c cross join acquisition.cycle y where month_start(c.month) >= month_add(month_start($window_start), -cast(coalesce(y.lag_months, 0) as int)) and c.month < $window_end)
-- total: sum(own_sales_cost + shared_sales_cost) = (select coalesce(sum(c.sales_cost), 0) from staging.channel_costs c cross join acquisition.cycle y where month_start(c.month) >= month_add(month_start($window_start), -cast(coalesce(y.lag_months, 0) as int)) and c.month < $window_end)
-- column: channel text "Channel"
-- column: is_known bool "Has cost of its own on record"
-- column: leads count "Leads of these months"
-- column: own_spend money "Spend of its own"
-- column: own_sales_cost money "Salaries of its own"
-- column: shared_spend money "Its part of shared spend"
-- column: shared_sales_cost money "Its part of shared salaries"
-- column: total_cost money "All cost"
-- column: window_cost money "All cost in the window alone"
-- column: has_salaries bool "Salaries are on record"
WITH span AS (
  SELECT month_add(month_start($window_start), -CAST(coalesce(lag_months, 0) AS INT)) AS from_month FROM acquisition.cycle
),
leads AS (
  SELECT
    p.first_channel AS channel,
    count(CASE WHEN p.created_on >= s.from_month AND p.created_on < $window_end THEN 1 END) AS leads
  FROM acquisition.lead_paths p
  CROSS JOIN span s
  WHERE p.first_channel <> 'unknown'
  GROUP BY p.first_channel
),
costs AS (
  SELECT
    c.channel,
    CAST(coalesce(sum(c.spend), 0) AS DECIMAL(26, 4)) AS spend,
    CAST(coalesce(sum(c.sales_cost), 0) AS DECIMAL(26, 4)) AS sales_cost,
    count(c.sales_cost) AS n_salaries,
    CAST(coalesce(sum(CASE WHEN c.month >= $window_start THEN coalesce(c.spend, 0) + coalesce(c.sales_cost, 0) END), 0) AS DECIMAL(26, 4))
      AS window_cost
  FROM staging.channel_costs c
  CROSS JOIN span s
  WHERE month_start(c.month) >= s.from_month AND c.month < $window_end
  GROUP BY c.channel
),
listed AS (
  SELECT count(*) > 0 AS has_channels FROM staging.channels
),
named AS (
  SELECT
    coalesce(c.channel, l.channel) AS channel,
    c.channel IS NOT NULL AS is_known,
    coalesce(l.leads, 0) AS leads,
    coalesce(c.spend, 0) AS spend,
    coalesce(c.sales_cost, 0) AS sales_cost,
    coalesce(c.window_cost, 0) AS window_cost,
    coalesce(c.n_salaries, 0) AS n_salaries,
    i.has_channels AND l.channel IS NULL AND k.channel IS NULL AS is_shared
  FROM costs c
  FULL OUTER JOIN leads l ON l.channel = c.channel
  LEFT JOIN staging.channels k ON k.channel = coalesce(c.channel, l.channel)
  CROSS JOIN listed i
),
weighed AS (
  SELECT
    *,
    sum(n_salaries) OVER () > 0 AS has_salaries,
    sum(CASE WHEN is_shared THEN spend ELSE 0 END) OVER () AS all_spend,
    sum(CASE WHEN is_shared THEN sales_cost ELSE 0 END) OVER () AS all_sales_cost,
    sum(CASE WHEN is_shared THEN window_cost ELSE 0 END) OVER () AS all_window_cost,
    NULLIF(sum(leads) OVER (), 0) AS all_leads,
    row_number() OVER (ORDER BY leads DESC, is_shared, channel) AS place
  FROM named
),
divided AS (
  SELECT
    *,
    CAST(round(CAST(all_spend * weight / all_leads AS DECIMAL(38, 8)), 4) AS DECIMAL(28, 4)) AS part_spend,
    CAST(round(CAST(all_sales_cost * weight / all_leads AS DECIMAL(38, 8)), 4) AS DECIMAL(28, 4)) AS part_sales_cost,
    CAST(round(CAST(all_window_cost * weight / all_leads AS DECIMAL(38, 8)), 4) AS DECIMAL(28, 4)) AS part_window_cost
  FROM (SELECT *, CASE WHEN is_shared THEN 0 ELSE leads END AS weight FROM weighed)
),
settled AS (
  SELECT
    *,
    coalesce(part_spend + CASE WHEN place = 1 THEN all_spend - sum(part_spend) OVER () ELSE 0 END, 0) AS shared_spend,
    coalesce(part_sales_cost + CASE WHEN place = 1 THEN all_sales_cost - sum(part_sales_cost) OVER () ELSE 0 END, 0) AS shared_sales_cost,
    coalesce(part_window_cost + CASE WHEN place = 1 THEN all_window_cost - sum(part_window_cost) OVER () ELSE 0 END, 0) AS shared_window_cost
  FROM divided
)
SELECT
  channel,
  is_known,
  leads,
  CAST(spend AS DECIMAL(38, 4)) AS own_spend,
  CAST(sales_cost AS DECIMAL(38, 4)) AS own_sales_cost,
  CAST(shared_spend AS DECIMAL(38, 4)) AS shared_spend,
  CAST(shared_sales_cost AS DECIMAL(38, 4)) AS shared_sales_cost,
  CAST(spend + sales_cost + shared_spend + shared_sales_cost AS DECIMAL(38, 4)) AS total_cost,
  CAST(window_cost + shared_window_cost AS DECIMAL(38, 4)) AS window_cost,
  has_salaries
FROM settled
WHERE NOT is_shared OR all_leads IS NULL
