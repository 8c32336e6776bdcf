-- Owners ranked by the final revenue of the sales they made in the window: does 80 % come from the first 20 % of the sales people?
-- The owner is that of the sale, not of the customer. Shared deals count for each by share. House sales, made by nobody in particular,
-- stand on a line of their own outside the ranking, and so do owners at zero or below. A leaver is an owner whom the table of
-- owners does not have (any more); without that table nobody knows.
--
-- grain: owner_id
-- order: revenue desc, owner_id
-- empty_if_missing: staging.owners
-- check: cumulative_share between 0 and 1
-- check: (rank is null) = (is_house or revenue <= 0)
-- total: sum(revenue) = (select sum(window_total) from value.control)
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: kind text "Owner, leaver or house"
-- column: is_house bool "Sales without an owner"
-- column: is_leaver bool "No longer among the owners"
-- column: team text "Team"
-- column: level text "Level"
-- column: customers count "Customers"
-- column: revenue money "Final revenue in the window"
-- column: rank count "Rank by revenue"
-- column: cumulative_revenue money "Revenue of this owner and all ahead"
-- column: share ratio "Share of the revenue of all ranked owners"
-- column: cumulative_share ratio "Cumulative share"
-- column: in_k80 bool "Among the owners who bring 80 %"
-- column: in_top20 bool "Among the first 20 % of owners"
-- column: team_rank count "Rank in the team"
-- column: team_cumulative_revenue money "Revenue of this owner and all ahead in the team"
-- column: in_team_k80 bool "Among the owners who bring 80 % of the team"
WITH acc AS (
  SELECT
    owner_id,
    owner_id = '(house)' AS is_house,
    sum(revenue) AS revenue,
    count(CASE WHEN n_lines > 0 THEN customer_id END) AS customers
  FROM value.owner_revenue
  GROUP BY owner_id
  HAVING sum(n_lines) > 0
),
known AS (
  SELECT count(*) > 0 AS owners FROM staging.owners
),
named AS (
  SELECT
    a.*,
    o.owner_name,
    o.team,
    o.level,
    NOT a.is_house AND a.revenue > 0 AS is_ranked,
    CASE WHEN k.owners THEN NOT a.is_house AND o.owner_id IS NULL END AS is_leaver
  FROM acc a
  CROSS JOIN known k
  LEFT JOIN staging.owners o ON o.owner_id = a.owner_id
),
ranked AS (
  SELECT
    *,
    count(*) OVER (PARTITION BY is_ranked) AS n,
    row_number() OVER (PARTITION BY is_ranked ORDER BY revenue DESC, owner_id) AS place,
    sum(revenue) OVER (PARTITION BY is_ranked ORDER BY revenue DESC, owner_id ROWS UNBOUNDED PRECEDING) AS cum,
    sum(revenue) OVER (PARTITION BY is_ranked) AS t,
    row_number() OVER (PARTITION BY is_ranked, team ORDER BY revenue DESC, owner_id) AS team_place,
    sum(revenue) OVER (PARTITION BY is_ranked, team ORDER BY revenue DESC, owner_id ROWS UNBOUNDED PRECEDING) AS team_cum,
    sum(revenue) OVER (PARTITION BY is_ranked, team) AS team_t
  FROM named
)
SELECT
  r.owner_id,
  coalesce(r.owner_name, CASE WHEN NOT r.is_house THEN r.owner_id END) AS owner_name,
  CASE WHEN r.is_house THEN 'house' WHEN r.is_leaver THEN 'leaver' ELSE 'owner' END AS kind,
  r.is_house,
  r.is_leaver,
  r.team,
  r.level,
  r.customers,
  r.revenue,
  CASE WHEN r.is_ranked THEN CAST(r.place AS BIGINT) END AS rank,
  CASE WHEN r.is_ranked THEN r.cum END AS cumulative_revenue,
  CASE WHEN r.is_ranked THEN CAST(r.revenue AS DOUBLE) / CAST(r.t AS DOUBLE) END AS share,
  CASE WHEN r.is_ranked THEN CAST(r.cum AS DOUBLE) / CAST(r.t AS DOUBLE) END AS cumulative_share,
  r.is_ranked AND r.cum - r.revenue < p.value_share * r.t AS in_k80,
  r.is_ranked AND r.place - 1 < p.customer_share * r.n AS in_top20,
  CASE WHEN r.is_ranked THEN CAST(r.team_place AS BIGINT) END AS team_rank,
  CASE WHEN r.is_ranked THEN r.team_cum END AS team_cumulative_revenue,
  r.is_ranked AND r.team_cum - r.revenue < p.value_share * r.team_t AS in_team_k80
FROM ranked r
CROSS JOIN rules.pareto p
WHERE (p.valid_from IS NULL OR p.valid_from <= $as_of) AND (p.valid_to IS NULL OR p.valid_to > $as_of)
