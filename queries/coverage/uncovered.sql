-- Customers whom nobody looks after: no owner, and no contact by a team. None are named when no contact names a team.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- total: count(*) = (select coalesce(sum(uncovered), 0) from coverage.by_tier)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: region text "Region"
-- column: tier text "Applied tier"
-- column: position count "Position of the tier from the top"
-- column: revenue money "Final revenue in the window"
-- column: last_sale_on date "Last final sale"
-- column: last_touch_on date "Last contact"
-- column: days_since_touch days "Days since the last contact"
SELECT customer_id, customer_name, region, tier, position, revenue, last_sale_on, last_touch_on, days_since_touch
FROM coverage.customers
WHERE NOT is_covered
