-- Those who may become customers, each once: a customer with its leads from before it first bought, or a lead that names no customer. All
-- leads of one customer are one prospect, known by the first of them (by day of creation, then by id); the others are duplicates of it.
-- The reason for which a lead was given up, and its status, are those of the newest lead. Leads of customers who had bought already
-- are no prospects.
--
-- grain: party
-- check: paid_on is null or paid_on >= created_on
-- total: sum(leads) = (select count(*) from acquisition.lead_paths where not is_existing)
-- column: party text "Customer, or lead that is none yet"
-- column: lead_id text "First lead"
-- column: customer_id text "Customer"
-- column: created_on date "First lead created on"
-- column: leads count "Leads"
-- column: channel text "First channel of the first lead"
-- column: traffic text "Active or passive"
-- column: status text "Status of the newest lead"
-- column: lost_reason text "Reason of the newest lead"
-- column: open_amount money "Amount of open opportunities"
-- column: paid_on date "First final sale"
WITH named AS (
  SELECT
    *,
    CASE WHEN customer_id IS NULL THEN concat('lead ', lead_id) ELSE concat('customer ', customer_id) END AS party
  FROM acquisition.lead_paths
  WHERE NOT is_existing
)
SELECT
  party,
  first_value(lead_id ORDER BY created_on, lead_id) AS lead_id,
  max(customer_id) AS customer_id,
  min(created_on) AS created_on,
  count(*) AS leads,
  first_value(first_channel ORDER BY created_on, lead_id) AS channel,
  first_value(traffic ORDER BY created_on, lead_id) AS traffic,
  last_value(status ORDER BY created_on, lead_id) AS status,
  last_value(lost_reason ORDER BY created_on, lead_id) AS lost_reason,
  sum(open_amount) AS open_amount,
  max(customer_since) AS paid_on
FROM named
GROUP BY party
