-- How concentrated the revenue of the sales people is, over all and in each team: how many bring 80 %, and what the first 20 % bring.
-- House sales and owners at zero or below have no part in it. Owners without a team, leavers for one, are a line of their own.
--
-- grain: scope, team
-- order: scope, total desc, team
-- check: k80_share >= 0 and k80_share <= 1
-- check: hhi > 0 and hhi <= 1
-- total: sum(case when scope = 'all' then total end) = (select sum(case when rank is not null then revenue end) from value.owner_contribution)
-- total: sum(case when scope <> 'all' then total end) = (select sum(case when rank is not null then revenue end) from value.owner_contribution)
-- column: scope text "All, a team, or without a team"
-- column: team text "Team, `(all)` or `(none)`"
-- column: owners count "Owners above zero"
-- column: total money "Their final revenue"
-- column: k80_owners count "Owners who bring 80 %"
-- column: k80_owner_share ratio "Share of owners who bring 80 %"
-- column: k80_share ratio "What they bring"
-- column: top20_owners count "The first 20 % of owners, rounded up"
-- column: top20_share ratio "Share of the first 20 %"
-- column: is_8020 bool "The first 20 % bring at least 80 %"
-- column: hhi ratio "Herfindahl index (0 to 1)"
-- column: cr1 ratio "Share of the first owner"
-- column: leavers count "Leavers among them"
-- column: leaver_revenue money "Final revenue of the leavers"
-- column: is_small_sample bool "Too few owners for a ratio to mean much"
WITH scopes AS (
  SELECT
    CASE WHEN s.scope = 'all' THEN 'all' WHEN c.team IS NULL THEN 'no_team' ELSE 'team' END AS scope,
    CASE WHEN s.scope = 'all' THEN '(all)' ELSE coalesce(c.team, '(none)') END AS team,
    c.revenue,
    c.is_leaver,
    CASE WHEN s.scope = 'all' THEN c.rank ELSE c.team_rank END AS rank,
    CASE WHEN s.scope = 'all' THEN c.in_k80 ELSE c.in_team_k80 END AS in_k80
  FROM value.owner_contribution c
  CROSS JOIN (VALUES ('all'), ('team')) AS s (scope)
  WHERE c.rank IS NOT NULL
),
counted AS (
  SELECT *, count(*) OVER (PARTITION BY scope, team) AS n FROM scopes
),
rule AS (
  SELECT p.value_share, p.customer_share, s.min_units
  FROM rules.pareto p
  CROSS JOIN rules.small_samples s
  WHERE (p.valid_from IS NULL OR p.valid_from <= $as_of) AND (p.valid_to IS NULL OR p.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
sums AS (
  SELECT
    c.scope,
    c.team,
    c.n,
    r.value_share,
    r.min_units,
    sum(c.revenue) AS t,
    sum(CASE WHEN c.in_k80 THEN 1 ELSE 0 END) AS k80_n,
    sum(CASE WHEN c.in_k80 THEN c.revenue END) AS k80_v,
    sum(CASE WHEN c.rank - 1 < r.customer_share * c.n THEN 1 ELSE 0 END) AS top_n,
    sum(CASE WHEN c.rank - 1 < r.customer_share * c.n THEN c.revenue END) AS top_v,
    sum(c.revenue * c.revenue) AS squares,
    sum(CASE WHEN c.rank = 1 THEN c.revenue END) AS v1,
    count(c.is_leaver) AS n_known,
    sum(CASE WHEN c.is_leaver THEN 1 ELSE 0 END) AS leavers,
    coalesce(sum(CASE WHEN c.is_leaver THEN c.revenue END), 0) AS leaver_revenue
  FROM counted c
  CROSS JOIN rule r
  GROUP BY c.scope, c.team, c.n, r.value_share, r.min_units
)
SELECT
  scope,
  team,
  n AS owners,
  t AS total,
  k80_n AS k80_owners,
  CAST(k80_n AS DOUBLE) / n AS k80_owner_share,
  CAST(k80_v AS DOUBLE) / CAST(t AS DOUBLE) AS k80_share,
  top_n AS top20_owners,
  CAST(top_v AS DOUBLE) / CAST(t AS DOUBLE) AS top20_share,
  top_v >= value_share * t AS is_8020,
  CAST(squares AS DOUBLE) / CAST(t * t AS DOUBLE) AS hhi,
  CAST(v1 AS DOUBLE) / CAST(t AS DOUBLE) AS cr1,
  CASE WHEN n_known > 0 THEN leavers END AS leavers,
  CASE WHEN n_known > 0 THEN leaver_revenue END AS leaver_revenue,
  n < min_units AS is_small_sample
FROM sums
