-- What the company's tables know about coverage. Figures over a table without rows, or over a column that is empty throughout, are
-- not known, and are shown as such rather than as zero. Balances are asked for by month: a month without any is not known.
--
-- grain: as_of
-- empty_if_missing: coverage.balances, coverage.touches, staging.touches, staging.opt_outs
-- column: as_of date "As of"
-- column: has_balances bool "Balances that visit periods go by are known"
-- column: has_month_balances bool "Balances of the month before that of the as-of date are known"
-- column: has_last_balances bool "Balances of the last full month are known"
-- column: has_touches bool "Contacts are known"
-- column: contacts_from date "First contact on record"
-- column: has_done bool "Contacts say whether they took place"
-- column: has_teams bool "Contacts name a team"
-- column: has_opt_outs bool "Opt-outs are known"
-- column: has_opt_out_days bool "The days of opting out are known"
WITH balances AS (
  SELECT
    count(CASE WHEN month <= $as_of THEN 1 END) AS n,
    count(CASE WHEN month = month_start($as_of) THEN 1 END) AS n_month,
    count(CASE WHEN month = month_start($as_of + 1) THEN 1 END) AS n_last
  FROM coverage.balances
),
contacts AS (
  SELECT count(*) AS n, min(touched_on) AS first_on FROM coverage.touches
),
touches AS (
  SELECT count(done) AS n_done, count(team) AS n_teams FROM staging.touches
),
opt_outs AS (
  SELECT count(customer_id) AS n, count(since) AS n_days FROM staging.opt_outs
)
SELECT
  $as_of AS as_of,
  b.n > 0 AS has_balances,
  b.n_month > 0 AS has_month_balances,
  b.n_last > 0 AS has_last_balances,
  c.n > 0 AS has_touches,
  c.first_on AS contacts_from,
  t.n_done > 0 AS has_done,
  t.n_teams > 0 AS has_teams,
  o.n > 0 AS has_opt_outs,
  o.n_days > 0 AS has_opt_out_days
FROM balances b
CROSS JOIN contacts c
CROSS JOIN touches t
CROSS JOIN opt_outs o
