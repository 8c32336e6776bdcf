-- The targets of the named lists. The same customer in the same system of the same list is one target, under whatever name, and so
-- is the same name; full-width blanks and brackets, and blanks beside brackets, make no other name. Of the rows of a target the one
-- that is furthest along counts, then one with an owner, then the one due first. A target is covered when it is a customer with a final
-- sale ever; one that is a customer without a sale is only contacted, and stays blank like one that is no customer at all or whose
-- customer is not known to us or is internal. It is overdue when it is blank after the day it is due. The system is empty where
-- the list has none.
--
-- grain: list_name, system_name, target_name
-- empty_if_missing: staging.owners
-- check: target_state in ('covered', 'contacted', 'untouched')
-- check: not (is_overdue and target_state = 'covered')
-- total: sum(n_rows) = (select count(*) from staging.targets)
-- column: list_name text "List"
-- column: system_name text "System"
-- column: target_name text "Target"
-- column: n_rows count "Rows of the list"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: target_state text "Covered, contacted or untouched"
-- column: owner_id text "Owner on the list"
-- column: owner_name text "Owner name"
-- column: due_on date "To be covered by"
-- column: is_overdue bool "Overdue"
-- column: days_overdue days "Days overdue"
-- column: revenue money "Final revenue in the window"
WITH named AS (
  SELECT
    trim(translate(t.list_name, '　', ' ')) AS list_name,
    coalesce(trim(translate(t.system_name, '　', ' ')), '') AS system_name,
    trim(translate(t.target_name, '　', ' ')) AS target_name,
    -- The name by which two rows are the same, without what only a typist sees.
    trim(regexp_replace(regexp_replace(translate(t.target_name, '　（）', ' ()'), ' +', ' ', 'g'), ' *([()]) *', '\1', 'g')) AS plain_name,
    t.customer_id AS named_id,
    c.customer_id,
    c.customer_name,
    CASE WHEN c.customer_id IS NULL THEN 'untouched' WHEN c.first_sale_on IS NULL THEN 'contacted' ELSE 'covered' END AS target_state,
    t.owner_id,
    t.due_on
  FROM staging.targets t
  LEFT JOIN value.units u ON u.customer_id = t.customer_id
  LEFT JOIN value.customers c ON c.customer_id = u.unit_id AND NOT u.is_internal
),
known AS (
  SELECT *, min(named_id) OVER (PARTITION BY list_name, system_name, plain_name) AS body_id
  FROM named
),
ranked AS (
  SELECT *, CASE WHEN body_id IS NULL THEN plain_name END AS body_name, CASE target_state WHEN 'covered' THEN 1 WHEN 'contacted' THEN 2 ELSE 3 END AS progress
  FROM known
),
numbered AS (
  SELECT
    *,
    count(*) OVER (PARTITION BY list_name, system_name, body_id, body_name) AS n_rows,
    row_number() OVER (
      PARTITION BY list_name, system_name, body_id, body_name
      ORDER BY progress, owner_id IS NULL, due_on NULLS LAST, customer_id, owner_id, target_name
    ) AS choice
  FROM ranked
)
SELECT
  n.list_name,
  n.system_name,
  n.target_name,
  n.n_rows,
  n.customer_id,
  n.customer_name,
  n.target_state,
  n.owner_id,
  coalesce(o.owner_name, n.owner_id) AS owner_name,
  n.due_on,
  coalesce(n.target_state <> 'covered' AND n.due_on < $as_of, false) AS is_overdue,
  CASE WHEN n.target_state <> 'covered' AND n.due_on < $as_of THEN $as_of - n.due_on END AS days_overdue,
  v.revenue
FROM numbered n
LEFT JOIN staging.owners o ON o.owner_id = n.owner_id
LEFT JOIN value.contribution v ON v.customer_id = n.customer_id
WHERE n.choice = 1
