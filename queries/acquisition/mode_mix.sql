-- The channels of acquisition.channel_mix by line (online, offline) and mode (net, tele, event and direct sales).
--
-- grain: line, mode
-- order: revenue desc, new_customers desc, leads desc, line, mode
-- total: sum(revenue) = (select sum(revenue) from acquisition.channel_mix)
-- total: sum(new_customers) = (select sum(new_customers) from acquisition.channel_mix)
-- column: line text "Online or offline"
-- column: mode text "Mode"
-- column: channels count "Channels"
-- column: leads count "Leads, by first channel"
-- column: qualified count "Qualified, by first channel"
-- column: won count "Won, by first channel"
-- column: won_last count "Won, by last channel"
-- column: new_customers count "New customers, by first channel"
-- column: new_customers_last count "New customers, by last channel"
-- column: revenue money "Final revenue, by first channel"
-- column: revenue_last money "Final revenue, by last channel"
-- column: revenue_share ratio "Share of final revenue, by first channel"
-- column: revenue_share_last ratio "Share of final revenue, by last channel"
WITH sums AS (
  SELECT
    line,
    mode,
    count(*) AS channels,
    sum(leads) AS leads,
    sum(qualified) AS qualified,
    sum(won) AS won,
    sum(won_last) AS won_last,
    sum(new_customers) AS new_customers,
    sum(new_customers_last) AS new_customers_last,
    sum(revenue) AS revenue,
    sum(revenue_last) AS revenue_last
  FROM acquisition.channel_mix
  GROUP BY line, mode
)
SELECT
  *,
  CAST(revenue AS DOUBLE) / NULLIF(CAST(sum(revenue) OVER () AS DOUBLE), 0) AS revenue_share,
  CAST(revenue_last AS DOUBLE) / NULLIF(CAST(sum(revenue_last) OVER () AS DOUBLE), 0) AS revenue_share_last
FROM sums
