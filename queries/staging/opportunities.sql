-- Deals in the sales pipeline: when each began, and when it was won or lost.
--
-- grain: opportunity_id
-- as_of: created_on
-- optional
-- check: won_on is null or lost_on is null
-- warn: first_contact_on <= created_on
-- warn: amount > 0
-- column: opportunity_id text "Opportunity"
-- column: customer_id text "Customer"
-- column: lead_id text "Lead"
-- column: owner_id text "Owner"
-- column: created_on date "Created on"
-- column: first_contact_on date "First contact on"
-- column: won_on date "Won on"
-- column: lost_on date "Lost on"
-- column: amount money "Amount"
-- column: n_change_requests count "Change requests"
SELECT
  deal_no AS opportunity_id,
  account_no AS customer_id,
  lead_no AS lead_id,
  rep_no AS owner_id,
  CAST(created_at AT TIME ZONE $timezone AS DATE) AS created_on,
  first_contact_date AS first_contact_on,
  won_date AS won_on,
  lost_date AS lost_on,
  amount,
  change_requests AS n_change_requests
FROM warehouse.deal
