-- How far each system of each named list is covered (key_accounts.targets): targets counted once, and what they bring. A customer that is
-- named twice in a system brings its revenue once; the share is of the revenue of all systems of the list.
--
-- grain: list_name, system_name
-- check: targets = covered + blanks
-- check: overdue <= blanks
-- check: revenue_share between 0 and 1
-- total: sum(targets) = (select count(*) from key_accounts.targets)
-- total: sum(blanks) = (select count(*) from key_accounts.blanks)
-- column: list_name text "List"
-- column: system_name text "System"
-- column: targets count "Targets"
-- column: n_duplicates count "Rows that name a target again"
-- column: covered count "Covered"
-- column: covered_share ratio "Share covered"
-- column: blanks count "Blank"
-- column: contacted count "Of these customers without a sale"
-- column: overdue count "Overdue"
-- column: without_owner count "Without an owner"
-- column: revenue money "Final revenue in the window"
-- column: revenue_share ratio "Share of the revenue of the list"
-- column: is_small_sample bool "Too few targets for a share to mean much"
WITH acc AS (
  SELECT
    list_name,
    system_name,
    count(*) AS targets,
    sum(n_rows) - count(*) AS n_duplicates,
    count(CASE WHEN target_state = 'covered' THEN 1 END) AS covered,
    count(CASE WHEN target_state <> 'covered' THEN 1 END) AS blanks,
    count(CASE WHEN target_state = 'contacted' THEN 1 END) AS contacted,
    count(CASE WHEN is_overdue THEN 1 END) AS overdue,
    count(CASE WHEN owner_id IS NULL THEN 1 END) AS without_owner
  FROM key_accounts.targets
  GROUP BY list_name, system_name
),
customers AS (
  SELECT DISTINCT list_name, system_name, customer_id, revenue
  FROM key_accounts.targets
  WHERE revenue IS NOT NULL
),
revenues AS (
  SELECT list_name, system_name, sum(revenue) AS revenue
  FROM customers
  GROUP BY list_name, system_name
),
sums AS (
  SELECT
    a.*,
    coalesce(v.revenue, 0) AS revenue,
    sum(v.revenue) OVER (PARTITION BY a.list_name) AS list_revenue,
    min(coalesce(v.revenue, 0)) OVER (PARTITION BY a.list_name) AS least_revenue
  FROM acc a
  LEFT JOIN revenues v ON v.list_name = a.list_name AND v.system_name = a.system_name
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.list_name,
  s.system_name,
  s.targets,
  s.n_duplicates,
  s.covered,
  CAST(s.covered AS DOUBLE) / s.targets AS covered_share,
  s.blanks,
  s.contacted,
  s.overdue,
  s.without_owner,
  s.revenue,
  -- Shares of a whole with a negative part would pass 100 %.
  CASE WHEN s.least_revenue >= 0 AND s.list_revenue > 0 THEN CAST(s.revenue AS DOUBLE) / CAST(s.list_revenue AS DOUBLE) END AS revenue_share,
  s.targets < r.min_units AS is_small_sample
FROM sums s
CROSS JOIN rule r
