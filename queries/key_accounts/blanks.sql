-- The targets of the named lists that are still blank: those without an owner first, then those overdue for longest.
--
-- grain: list_name, system_name, target_name
-- order: is_unowned desc, days_overdue desc, due_on, list_name, system_name, target_name
-- check: days_overdue > 0
-- column: list_name text "List"
-- column: system_name text "System"
-- column: target_name text "Target"
-- column: target_state text "Contacted or untouched"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner on the list"
-- column: owner_name text "Owner name"
-- column: is_unowned bool "Nobody owns it"
-- column: due_on date "To be covered by"
-- column: is_overdue bool "Overdue"
-- column: days_overdue days "Days overdue"
SELECT
  list_name,
  system_name,
  target_name,
  target_state,
  customer_id,
  customer_name,
  owner_id,
  owner_name,
  owner_id IS NULL AS is_unowned,
  due_on,
  is_overdue,
  days_overdue
FROM key_accounts.targets
WHERE target_state <> 'covered'
