-- Active against passive traffic: active channels are those by which sales goes out, passive ones those by which customers find us (traffic of
-- staging.channels, by the first channel). Leads are prospects whose first lead came in the window (acquisition.prospects), each customer
-- once; won are those of these same leads that have paid so far, so the rate of the newest can still grow, alike for all rows. New
-- customers and revenue are those of the window, whenever their lead came. The cost of a new customer is all known cost of the channels
-- of a kind by the new customers of the channels that have a cost on record (acquisition.cac).
-- What has no lead, no channel, or a channel of which the kind is not on record is a row of its own.
--
-- grain: traffic
-- order: position
-- empty_if_missing: acquisition.cac, staging.channels
-- check: won <= leads
-- total: sum(leads) = (select count(*) from acquisition.prospects where created_on >= $window_start and created_on < $window_end)
-- total: sum(new_customers) = (select count(*) from acquisition.customers where is_new)
-- total: sum(revenue) = (select coalesce(sum(window_revenue), 0) from acquisition.customers)
-- column: traffic text "Active or passive"
-- column: position count "Position"
-- column: channels count "Channels"
-- column: leads count "Leads of the window"
-- column: lead_share ratio "Share of leads"
-- column: won count "Of these paid so far"
-- column: win_rate ratio "Share that paid so far"
-- column: new_customers count "New customers in the window"
-- column: revenue money "Final revenue in the window of all customers who came so"
-- column: cost money "Known cost of these channels"
-- column: cac money "Cost of a new customer"
-- column: is_small_sample bool "Too few leads for a rate to mean much"
WITH kinds AS (
  SELECT * FROM (VALUES ('active', 1), ('passive', 2), ('unknown', 3)) AS k (traffic, position)
),
came AS (
  SELECT traffic, count(*) AS leads, count(paid_on) AS won
  FROM acquisition.prospects
  WHERE created_on >= $window_start AND created_on < $window_end
  GROUP BY traffic
),
customers AS (
  SELECT traffic, count(CASE WHEN is_new THEN 1 END) AS new_customers, sum(window_revenue) AS revenue
  FROM acquisition.customers
  GROUP BY traffic
),
costs AS (
  SELECT coalesce(c.traffic, 'unknown') AS traffic, sum(a.cost) AS cost, sum(CASE WHEN a.cost IS NOT NULL THEN a.new_customers END) AS new_customers
  FROM acquisition.cac a
  LEFT JOIN staging.channels c ON c.channel = a.channel
  WHERE NOT a.is_total
  GROUP BY coalesce(c.traffic, 'unknown')
),
listed AS (
  SELECT coalesce(traffic, 'unknown') AS traffic, count(*) AS channels FROM staging.channels GROUP BY coalesce(traffic, 'unknown')
),
rule AS (
  SELECT min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  k.traffic,
  k.position,
  coalesce(l.channels, 0) AS channels,
  coalesce(p.leads, 0) AS leads,
  CAST(coalesce(p.leads, 0) AS DOUBLE) / NULLIF(sum(p.leads) OVER (), 0) AS lead_share,
  coalesce(p.won, 0) AS won,
  CAST(p.won AS DOUBLE) / NULLIF(p.leads, 0) AS win_rate,
  coalesce(u.new_customers, 0) AS new_customers,
  coalesce(u.revenue, 0) AS revenue,
  c.cost,
  CAST(c.cost AS DOUBLE) / NULLIF(c.new_customers, 0) AS cac,
  coalesce(p.leads, 0) < r.min_rate_units AS is_small_sample
FROM kinds k
CROSS JOIN rule r
LEFT JOIN came p ON p.traffic = k.traffic
LEFT JOIN customers u ON u.traffic = k.traffic
LEFT JOIN costs c ON c.traffic = k.traffic
LEFT JOIN listed l ON l.traffic = k.traffic
