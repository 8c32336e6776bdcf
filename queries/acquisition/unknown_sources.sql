-- Where the kind of traffic is not known: leads of the window and new customers of the window, by what is missing. A customer may have come
-- without any lead, a lead without a channel, a channel may not be in the table of channels, or have no kind of traffic there.
--
-- grain: source_gap, channel
-- order: leads desc, new_customers desc, source_gap, channel
-- empty_if_missing: staging.channels
-- check: source_gap in ('no_lead', 'no_channel', 'not_listed', 'no_traffic')
-- total: sum(leads) = (select count(*) from acquisition.prospects where traffic = 'unknown' and created_on >= $window_start and created_on < $window_end)
-- total: sum(new_customers) = (select count(*) from acquisition.customers where is_new and traffic = 'unknown')
-- column: source_gap text "What is missing"
-- column: channel text "Channel"
-- column: leads count "Leads of the window"
-- column: new_customers count "New customers in the window"
-- column: revenue money "Final revenue of these new customers in the window"
WITH found AS (
  SELECT channel, false AS is_leadless, 1 AS leads, 0 AS new_customers, CAST(0 AS DECIMAL(38, 4)) AS revenue
  FROM acquisition.prospects
  WHERE traffic = 'unknown' AND created_on >= $window_start AND created_on < $window_end
  UNION ALL
  SELECT first_channel, lead_id IS NULL, 0, 1, window_revenue
  FROM acquisition.customers
  WHERE is_new AND traffic = 'unknown'
)
SELECT
  CASE
    WHEN f.is_leadless THEN 'no_lead'
    WHEN f.channel = 'unknown' THEN 'no_channel'
    WHEN c.channel IS NULL THEN 'not_listed'
    ELSE 'no_traffic'
  END AS source_gap,
  f.channel,
  sum(f.leads) AS leads,
  sum(f.new_customers) AS new_customers,
  sum(f.revenue) AS revenue
FROM found f
LEFT JOIN staging.channels c ON c.channel = f.channel
GROUP BY
  CASE
    WHEN f.is_leadless THEN 'no_lead'
    WHEN f.channel = 'unknown' THEN 'no_channel'
    WHEN c.channel IS NULL THEN 'not_listed'
    ELSE 'no_traffic'
  END,
  f.channel
