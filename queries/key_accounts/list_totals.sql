-- How far each named list is covered, over all its systems (key_accounts.lists).
--
-- grain: list_name
-- order: targets desc, list_name
-- check: targets = covered + blanks
-- total: sum(targets) = (select count(*) from key_accounts.targets)
-- column: list_name text "List"
-- column: systems count "Systems"
-- column: targets count "Targets"
-- column: n_duplicates count "Rows that name a target again"
-- column: covered count "Covered"
-- column: covered_share ratio "Share covered"
-- column: blanks count "Blank"
-- column: overdue count "Overdue"
-- column: without_owner count "Without an owner"
-- column: is_small_sample bool "Too few targets for a share to mean much"
WITH acc AS (
  SELECT
    list_name,
    count(*) AS systems,
    sum(targets) AS targets,
    sum(n_duplicates) AS n_duplicates,
    sum(covered) AS covered,
    sum(blanks) AS blanks,
    sum(overdue) AS overdue,
    sum(without_owner) AS without_owner
  FROM key_accounts.lists
  GROUP BY list_name
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  a.list_name,
  a.systems,
  a.targets,
  a.n_duplicates,
  a.covered,
  CAST(a.covered AS DOUBLE) / a.targets AS covered_share,
  a.blanks,
  a.overdue,
  a.without_owner,
  a.targets < r.min_units AS is_small_sample
FROM acc a
CROSS JOIN rule r
