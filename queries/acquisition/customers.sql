-- Customers by how they were won: everybody who ever had a final sale, with the first and the last of its leads from before that sale.
-- The first channel is that of the first lead, the last one that of the last lead; a customer without such a lead has unknown ones.
-- Won on is the day of the first final sale. A customer whose final revenue came back to zero or below was refunded, and is no new
-- customer. The cycle runs from the day the first lead was created; months of it are calendar months.
--
-- grain: customer_id
-- order: acquired_on, customer_id
-- check: cycle_days >= 0
-- check: (lead_id is null) = (leads = 0)
-- total: sum(revenue) = (select coalesce(sum(amount), 0) from value.customer_day)
-- total: sum(window_revenue) = (select coalesce(sum(revenue), 0) from value.contribution)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: acquired_on date "First final sale"
-- column: acquired_month month "Month of the first final sale"
-- column: is_new bool "New in the window, and not refunded"
-- column: is_refunded bool "All of it was paid back"
-- column: leads count "Leads before the first final sale"
-- column: lead_id text "First lead"
-- column: last_lead_id text "Last lead"
-- column: first_channel text "First channel"
-- column: last_channel text "Last channel"
-- column: line text "Online or offline, of the first channel"
-- column: mode text "Mode of the first channel"
-- column: traffic text "Active or passive, of the first channel"
-- column: last_line text "Online or offline, of the last channel"
-- column: last_mode text "Mode of the last channel"
-- column: is_of_event bool "One of its channels is an offline event"
-- column: cycle_days days "From the first lead to the first final sale"
-- column: cycle_months count "Calendar months from the first lead to the first final sale"
-- column: revenue money "Final revenue so far"
-- column: gross_profit money "Gross profit so far"
-- column: window_revenue money "Final revenue in the window"
WITH sales AS (
  SELECT
    customer_id,
    min(CASE WHEN n_sale_lines > 0 THEN final_on END) AS acquired_on,
    sum(amount) AS revenue,
    CASE WHEN sum(n_costless_lines) = 0 THEN sum(gross_profit) END AS gross_profit,
    sum(CASE WHEN final_on >= $window_start AND final_on < $window_end THEN amount END) AS window_revenue
  FROM value.customer_day
  GROUP BY customer_id
),
ways AS (
  SELECT
    customer_id,
    count(*) AS leads,
    max(CASE WHEN paid_on IS NOT NULL THEN lead_id END) AS lead_id,
    max(CASE WHEN paid_on IS NOT NULL THEN created_on END) AS created_on,
    last_value(lead_id ORDER BY created_on, lead_id) AS last_lead_id,
    count(CASE WHEN is_of_event THEN 1 END) AS of_event
  FROM acquisition.lead_paths
  WHERE customer_since IS NOT NULL AND NOT is_existing
  GROUP BY customer_id
)
SELECT
  s.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  s.acquired_on,
  month_start(s.acquired_on) AS acquired_month,
  coalesce(s.acquired_on >= $window_start AND s.acquired_on < $window_end AND s.revenue > 0, false) AS is_new,
  s.revenue <= 0 AS is_refunded,
  coalesce(w.leads, 0) AS leads,
  w.lead_id,
  w.last_lead_id,
  coalesce(f.first_channel, 'unknown') AS first_channel,
  coalesce(l.last_channel, 'unknown') AS last_channel,
  coalesce(f.line, 'unknown') AS line,
  coalesce(f.mode, 'unknown') AS mode,
  coalesce(f.traffic, 'unknown') AS traffic,
  coalesce(l.last_line, 'unknown') AS last_line,
  coalesce(l.last_mode, 'unknown') AS last_mode,
  coalesce(w.of_event > 0, false) AS is_of_event,
  s.acquired_on - w.created_on AS cycle_days,
  months_between(month_start(w.created_on), month_start(s.acquired_on)) AS cycle_months,
  s.revenue,
  s.gross_profit,
  CAST(coalesce(s.window_revenue, 0) AS DECIMAL(38, 4)) AS window_revenue
FROM sales s
JOIN value.customers c ON c.customer_id = s.customer_id
LEFT JOIN ways w ON w.customer_id = s.customer_id
LEFT JOIN acquisition.lead_paths f ON f.lead_id = w.lead_id
LEFT JOIN acquisition.lead_paths l ON l.lead_id = w.last_lead_id
