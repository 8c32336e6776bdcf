-- What the company's tables know about coverage. Figures over a table without rows, or over a column that is empty throughout, are
-- not known, and are shown as such rather than as zero.
--
-- grain: as_of
-- empty_if_missing: staging.balances, staging.touches, staging.opt_outs
-- column: as_of date "As of"
-- column: has_balances bool "Balances are known"
-- column: has_touches bool "Contacts are known"
-- column: has_done bool "Contacts say whether they took place"
-- column: has_teams bool "Contacts name a team"
-- column: has_opt_outs bool "Opt-outs are known"
WITH balances AS (
  SELECT count(balance) AS n_balances FROM staging.balances
),
touches AS (
  SELECT count(customer_id) AS n_touches, count(done) AS n_done, count(team) AS n_teams FROM staging.touches
),
opt_outs AS (
  SELECT count(customer_id) AS n_opt_outs FROM staging.opt_outs
)
SELECT
  $as_of AS as_of,
  b.n_balances > 0 AS has_balances,
  t.n_touches > 0 AS has_touches,
  t.n_done > 0 AS has_done,
  t.n_teams > 0 AS has_teams,
  o.n_opt_outs > 0 AS has_opt_outs
FROM balances b
CROSS JOIN touches t
CROSS JOIN opt_outs o
