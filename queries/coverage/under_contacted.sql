-- Customers with fewer contacts by people than planned, those with the most revenue first.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- check: excess < 0
-- total: count(*) = (select coalesce(sum(n_under), 0) from coverage.contacts_by_band)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: band text "Weight"
-- column: position count "Position of the weight from the top"
-- column: revenue money "Final revenue in the window"
-- column: human_touches count "Contacts by people"
-- column: campaign_touches count "Mass mailings"
-- column: planned_min count "Planned at least"
-- column: planned_max count "Planned at most"
-- column: excess count "Contacts above the plan, or below it when negative"
SELECT
  customer_id,
  customer_name,
  owner_id,
  owner_name,
  band,
  position,
  revenue,
  human_touches,
  campaign_touches,
  planned_min,
  planned_max,
  excess
FROM coverage.contacts
WHERE result = 'under'
