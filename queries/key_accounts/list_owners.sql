-- What each owner on the named lists has covered, and what is overdue. Targets without an owner are in key_accounts.lists only.
--
-- grain: owner_id
-- order: max_days_overdue desc, overdue desc, targets desc, owner_id
-- check: targets = covered + blanks
-- total: sum(targets) = (select count(owner_id) from key_accounts.targets)
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: targets count "Targets"
-- column: covered count "Covered"
-- column: covered_share ratio "Share covered"
-- column: blanks count "Blank"
-- column: overdue count "Overdue"
-- column: max_days_overdue days "Longest overdue"
-- column: next_due_on date "Next day due"
-- column: is_small_sample bool "Too few targets for a share to mean much"
WITH acc AS (
  SELECT
    owner_id,
    min(owner_name) AS owner_name,
    count(*) AS targets,
    count(CASE WHEN target_state = 'covered' THEN 1 END) AS covered,
    count(CASE WHEN is_overdue THEN 1 END) AS overdue,
    max(days_overdue) AS max_days_overdue,
    min(CASE WHEN target_state <> 'covered' AND NOT is_overdue THEN due_on END) AS next_due_on
  FROM key_accounts.targets
  WHERE owner_id IS NOT NULL
  GROUP BY owner_id
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  a.owner_id,
  a.owner_name,
  a.targets,
  a.covered,
  CAST(a.covered AS DOUBLE) / a.targets AS covered_share,
  a.targets - a.covered AS blanks,
  a.overdue,
  a.max_days_overdue,
  a.next_due_on,
  a.targets < r.min_units AS is_small_sample
FROM acc a
CROSS JOIN rule r
