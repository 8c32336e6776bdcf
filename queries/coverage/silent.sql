-- Customers without any contact within the short span of rules.coverage_days, and whether the long one has passed as well. A customer
-- that was never contacted has no days; it is here once it has bought, and contacts have been on record, for longer than the span.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- check: days_since_touch > 0
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: tier text "Applied tier"
-- column: position count "Position of the tier from the top"
-- column: revenue money "Final revenue in the window"
-- column: last_sale_on date "Last final sale"
-- column: last_touch_on date "Last contact"
-- column: days_since_touch days "Days since the last contact"
-- column: last_human_touch_on date "Last contact by a person"
-- column: is_silent_180 bool "Nor within the long span"
-- column: is_never_touched bool "Never contacted"
SELECT
  c.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  c.tier,
  c.position,
  c.revenue,
  c.last_sale_on,
  t.last_touch_on,
  c.days_since_touch,
  t.last_human_touch_on,
  NOT c.touched_180 AS is_silent_180,
  t.customer_id IS NULL AS is_never_touched
FROM coverage.customers c
LEFT JOIN coverage.touched t ON t.customer_id = c.customer_id
WHERE NOT c.touched_90
