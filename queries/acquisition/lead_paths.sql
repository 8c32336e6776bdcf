-- The way of each lead: where it came from, what became of it, and the customer whom it brought.
-- The channels of a lead are those of its own row, on the day it was created, and of its events. The first one is the earliest; the
-- last one is the latest until the customer's first final sale. On one day the lead's own channel comes before those of events,
-- and these come by name. Line, mode and traffic are those of the first channel; what staging.channels does not tell is unknown.
-- The customer is the one the lead names, else that of its opportunities, those won before others. A lead of an existing customer was
-- created after the first final sale of that customer. A customer who came through several leads is counted as paid for the
-- first of them alone: the earliest created, then by id.
-- Won is the earliest of an opportunity won, the event `pay`, and the first final sale. Qualified is the earliest of the event
-- `qualified`, an opportunity, and won. Of a day won and a day lost of an opportunity the later one holds, and won on a tie.
-- Leads of internal customers are left out.
--
-- grain: lead_id
-- empty_if_missing: staging.lead_events, staging.opportunities, staging.channels
-- check: qualified_on <= won_on
-- check: won_on <= paid_on
-- check: paid_on is null or paid_on = customer_since
-- check: paid_on is null or not is_existing
-- column: lead_id text "Lead"
-- column: created_on date "Created on"
-- column: entry_month month "Month of entry"
-- column: lead_channel text "Channel that the lead itself names"
-- column: first_channel text "First channel"
-- column: last_channel text "Last channel before the first final sale"
-- column: n_channels count "Channels"
-- column: line text "Online or offline, of the first channel"
-- column: mode text "Mode of the first channel"
-- column: traffic text "Active or passive, of the first channel"
-- column: is_of_event bool "One of its channels until the first final sale is an offline event"
-- column: last_line text "Online or offline, of the last channel"
-- column: last_mode text "Mode of the last channel"
-- column: last_traffic text "Active or passive, of the last channel"
-- column: keyword text "Keyword"
-- column: status text "Status"
-- column: lost_reason text "Reason for which it was given up"
-- column: customer_id text "Customer"
-- column: customer_since date "First final sale of the customer"
-- column: is_existing bool "Of an existing customer"
-- column: opportunities count "Opportunities"
-- column: opportunity_on date "First opportunity"
-- column: open_amount money "Amount of open opportunities"
-- column: qualified_on date "Qualified on"
-- column: won_on date "Won on"
-- column: paid_on date "First final sale, for the first lead of a new customer"
WITH deals AS (
  SELECT
    lead_id,
    count(*) AS opportunities,
    min(created_on) AS opportunity_on,
    min(CASE WHEN won_on IS NOT NULL AND (lost_on IS NULL OR lost_on <= won_on) THEN won_on END) AS won_on,
    min(CASE WHEN won_on IS NOT NULL AND (lost_on IS NULL OR lost_on <= won_on) THEN customer_id END) AS won_customer_id,
    min(customer_id) AS customer_id,
    sum(CASE WHEN won_on IS NULL AND lost_on IS NULL THEN amount END) AS open_amount
  FROM staging.opportunities
  WHERE lead_id IS NOT NULL
  GROUP BY lead_id
),
known AS (
  SELECT
    l.lead_id,
    l.created_on,
    l.channel,
    l.keyword,
    l.status,
    l.lost_reason,
    coalesce(u.unit_id, l.customer_id, d.won_customer_id, d.customer_id) AS customer_id,
    c.first_sale_on AS customer_since,
    d.opportunities,
    d.opportunity_on,
    d.won_on,
    d.open_amount
  FROM staging.leads l
  LEFT JOIN deals d ON d.lead_id = l.lead_id
  LEFT JOIN value.units u ON u.customer_id = coalesce(l.customer_id, d.won_customer_id, d.customer_id)
  LEFT JOIN value.customers c ON c.customer_id = u.unit_id
  WHERE u.is_internal IS NOT TRUE
),
named AS (
  SELECT lead_id, created_on, customer_since, created_on AS named_on, 0 AS is_event, channel, CAST(NULL AS VARCHAR) AS event
  FROM known
  UNION ALL
  SELECT k.lead_id, k.created_on, k.customer_since, e.happened_on, 1, e.channel, e.event
  FROM staging.lead_events e
  JOIN known k ON k.lead_id = e.lead_id
),
placed AS (
  SELECT n.*, c.line = 'offline' AND c.mode = 'event' AS is_event_channel
  FROM named n
  LEFT JOIN staging.channels c ON c.channel = n.channel
),
ranked AS (
  SELECT
    p.*,
    row_number() OVER (PARTITION BY lead_id ORDER BY channel IS NULL, named_on, is_event, channel) AS from_first,
    row_number() OVER (
      PARTITION BY lead_id ORDER BY channel IS NOT NULL AND is_before_sale DESC, named_on DESC, is_event DESC, channel DESC
    ) AS from_last
  FROM (
    SELECT *, coalesce(customer_since IS NULL OR customer_since < created_on OR named_on <= customer_since, false) AS is_before_sale
    FROM placed
  ) p
),
paths AS (
  SELECT
    lead_id,
    max(CASE WHEN from_first = 1 THEN channel END) AS first_channel,
    max(CASE WHEN from_last = 1 AND is_before_sale THEN channel END) AS last_channel,
    count(DISTINCT channel) AS n_channels,
    count(CASE WHEN is_event_channel AND is_before_sale THEN 1 END) AS event_namings,
    min(CASE WHEN event = 'qualified' THEN named_on END) AS qualified_on,
    min(CASE WHEN event = 'pay' THEN named_on END) AS pay_on
  FROM ranked
  GROUP BY lead_id
),
dated AS (
  SELECT
    k.*,
    p.first_channel,
    p.last_channel,
    p.n_channels,
    p.event_namings > 0 AS is_of_event,
    p.qualified_on AS event_qualified_on,
    p.pay_on,
    coalesce(k.customer_since < k.created_on, false) AS is_existing,
    CASE
      WHEN k.customer_since >= k.created_on
        AND row_number() OVER (
          PARTITION BY k.customer_id, k.customer_since >= k.created_on
          ORDER BY k.created_on, k.lead_id
        ) = 1
      THEN k.customer_since
    END AS paid_on
  FROM known k
  JOIN paths p ON p.lead_id = k.lead_id
)
SELECT
  d.lead_id,
  d.created_on,
  month_start(d.created_on) AS entry_month,
  d.channel AS lead_channel,
  coalesce(d.first_channel, 'unknown') AS first_channel,
  coalesce(d.last_channel, d.first_channel, 'unknown') AS last_channel,
  d.n_channels,
  coalesce(f.line, 'unknown') AS line,
  coalesce(f.mode, 'unknown') AS mode,
  coalesce(f.traffic, 'unknown') AS traffic,
  d.is_of_event,
  coalesce(t.line, 'unknown') AS last_line,
  coalesce(t.mode, 'unknown') AS last_mode,
  coalesce(t.traffic, 'unknown') AS last_traffic,
  d.keyword,
  d.status,
  d.lost_reason,
  d.customer_id,
  d.customer_since,
  d.is_existing,
  coalesce(d.opportunities, 0) AS opportunities,
  d.opportunity_on,
  d.open_amount,
  least(d.event_qualified_on, d.opportunity_on, d.won_on, d.pay_on, d.paid_on) AS qualified_on,
  least(d.won_on, d.pay_on, d.paid_on) AS won_on,
  d.paid_on
FROM dated d
LEFT JOIN staging.channels f ON f.channel = d.first_channel
LEFT JOIN staging.channels t ON t.channel = coalesce(d.last_channel, d.first_channel)
