-- Named lists of organisations that are to be won, system by system. A target without customer is blank: it is not won yet.
--
-- grain: target_no
-- optional
-- column: target_no text "Line of the list"
-- column: list_name text "List"
-- column: system_name text "System"
-- column: target_name text "Target"
-- column: customer_id text "Customer"
-- column: owner_id text "Owner"
-- column: due_on date "Due on"
SELECT
  target_no,
  list_name,
  system_name,
  target_name,
  account_no AS customer_id,
  rep_no AS owner_id,
  due_date AS due_on
FROM warehouse.target_list
