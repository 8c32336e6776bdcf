-- The owners of each team, the first one first: how the revenue of the team adds up person by person, and who brings its 80 %.
-- Teams with the most revenue come first; owners without a team, leavers for one, are a line of their own.
--
-- grain: owner_id
-- order: team_position, team_rank
-- check: team_cumulative_share between 0 and 1
-- total: sum(revenue) = (select sum(total) from value.owner_concentration where scope <> 'all')
-- column: team text "Team, or `(none)`"
-- column: team_position count "Position of the team by revenue"
-- column: owners count "Owners of the team above zero"
-- column: team_rank count "Rank in the team"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: revenue money "Final revenue in the window"
-- column: team_share ratio "Share of the revenue of the team"
-- column: team_cumulative_share ratio "Cumulative share in the team"
-- column: in_team_k80 bool "Among the owners who bring 80 % of the team"
-- column: is_small_sample bool "Too few owners in the team for a share to mean much"
WITH teams AS (
  SELECT
    team,
    scope,
    owners,
    total,
    is_small_sample,
    row_number() OVER (ORDER BY total DESC, team) AS position
  FROM value.owner_concentration
  WHERE scope <> 'all'
)
SELECT
  t.team,
  CAST(t.position AS BIGINT) AS team_position,
  t.owners,
  c.team_rank,
  c.owner_id,
  c.owner_name,
  c.revenue,
  CAST(c.revenue AS DOUBLE) / CAST(t.total AS DOUBLE) AS team_share,
  CAST(c.team_cumulative_revenue AS DOUBLE) / CAST(t.total AS DOUBLE) AS team_cumulative_share,
  c.in_team_k80,
  t.is_small_sample
FROM value.owner_contribution c
JOIN teams t ON t.team = coalesce(c.team, '(none)')
WHERE c.rank IS NOT NULL
