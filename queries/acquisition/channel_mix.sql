-- What each channel brings: leads, qualified and won leads, new customers and final revenue, each by its own day in the window.
-- Each is told twice: for the first channel of a lead or customer, and for the last one before the first final sale. The numbers of
-- one row are of the same time, not of the same leads, so no rate is made of them; rates are in acquisition.channel_tests.
-- Revenue is that of all customers in the window, whenever they were won; what came through no lead has an unknown channel.
--
-- grain: channel
-- order: revenue desc, new_customers desc, leads desc, channel
-- empty_if_missing: staging.channels
-- check: qualified >= 0 and won >= 0
-- total: sum(revenue) = (select coalesce(sum(revenue), 0) from value.contribution)
-- total: sum(revenue_last) = (select coalesce(sum(revenue), 0) from value.contribution)
-- total: sum(new_customers) = (select count(*) from acquisition.customers where is_new)
-- total: sum(new_customers_last) = (select count(*) from acquisition.customers where is_new)
-- column: channel text "Channel"
-- column: line text "Online or offline"
-- column: mode text "Mode"
-- column: traffic text "Active or passive"
-- column: leads count "Leads, by first channel"
-- column: leads_last count "Leads, by last channel"
-- column: qualified count "Qualified, by first channel"
-- column: qualified_last count "Qualified, by last channel"
-- column: won count "Won, by first channel"
-- column: won_last count "Won, by last channel"
-- column: new_customers count "New customers, by first channel"
-- column: new_customers_last count "New customers, by last channel"
-- column: revenue money "Final revenue, by first channel"
-- column: revenue_last money "Final revenue, by last channel"
-- column: revenue_share ratio "Share of final revenue, by first channel"
-- column: revenue_share_last ratio "Share of final revenue, by last channel"
WITH leads AS (
  SELECT
    first_channel,
    last_channel,
    count(CASE WHEN created_on >= $window_start AND created_on < $window_end THEN 1 END) AS leads,
    count(CASE WHEN qualified_on >= $window_start AND qualified_on < $window_end THEN 1 END) AS qualified,
    count(CASE WHEN won_on >= $window_start AND won_on < $window_end THEN 1 END) AS won
  FROM acquisition.lead_paths
  GROUP BY first_channel, last_channel
),
customers AS (
  SELECT
    first_channel,
    last_channel,
    count(CASE WHEN is_new THEN 1 END) AS new_customers,
    sum(window_revenue) AS revenue
  FROM acquisition.customers
  GROUP BY first_channel, last_channel
),
parts AS (
  SELECT first_channel AS channel, leads, qualified, won FROM leads
  UNION ALL BY NAME
  SELECT last_channel AS channel, leads AS leads_last, qualified AS qualified_last, won AS won_last FROM leads
  UNION ALL BY NAME
  SELECT first_channel AS channel, new_customers, revenue FROM customers
  UNION ALL BY NAME
  SELECT last_channel AS channel, new_customers AS new_customers_last, revenue AS revenue_last FROM customers
  UNION ALL BY NAME
  SELECT channel FROM staging.channels
),
sums AS (
  SELECT
    channel,
    coalesce(sum(leads), 0) AS leads,
    coalesce(sum(leads_last), 0) AS leads_last,
    coalesce(sum(qualified), 0) AS qualified,
    coalesce(sum(qualified_last), 0) AS qualified_last,
    coalesce(sum(won), 0) AS won,
    coalesce(sum(won_last), 0) AS won_last,
    coalesce(sum(new_customers), 0) AS new_customers,
    coalesce(sum(new_customers_last), 0) AS new_customers_last,
    CAST(coalesce(sum(revenue), 0) AS DECIMAL(38, 4)) AS revenue,
    CAST(coalesce(sum(revenue_last), 0) AS DECIMAL(38, 4)) AS revenue_last
  FROM parts
  GROUP BY channel
)
SELECT
  s.channel,
  coalesce(c.line, 'unknown') AS line,
  coalesce(c.mode, 'unknown') AS mode,
  coalesce(c.traffic, 'unknown') AS traffic,
  s.leads,
  s.leads_last,
  s.qualified,
  s.qualified_last,
  s.won,
  s.won_last,
  s.new_customers,
  s.new_customers_last,
  s.revenue,
  s.revenue_last,
  CAST(s.revenue AS DOUBLE) / NULLIF(CAST(sum(s.revenue) OVER () AS DOUBLE), 0) AS revenue_share,
  CAST(s.revenue_last AS DOUBLE) / NULLIF(CAST(sum(s.revenue_last) OVER () AS DOUBLE), 0) AS revenue_share_last
FROM sums s
LEFT JOIN staging.channels c ON c.channel = s.channel
