-- Coverage by the tier that applies: how many customers have an owner or a team, and how many have been contacted. Customers who have not bought in the
-- window have no tier and stand under `untiered`. Counts of contacts are empty when contacts are not known, those of teams when no
-- contact names a team. Customers of whom it is not known whether they were contacted are in neither count.
--
-- grain: tier
-- order: position, tier
-- check: with_owner + team_only + uncovered = customers
-- check: touched_90 + silent_90 <= customers
-- total: sum(customers) = (select count(*) from coverage.customers)
-- column: tier text "Applied tier"
-- column: position count "Position from the top"
-- column: customers count "Customers"
-- column: revenue money "Final revenue in the window"
-- column: with_owner count "With an owner"
-- column: team_only count "With a team only"
-- column: uncovered count "With neither"
-- column: covered_share ratio "Share with an owner or a team"
-- column: touched_90 count "Contacted within the short span"
-- column: touched_90_share ratio "Share of those known"
-- column: touched_180 count "Contacted within the long span"
-- column: touched_180_share ratio "Share of those known"
-- column: silent_90 count "No contact within the short span"
-- column: silent_180 count "No contact within the long span"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH tiers AS (
  SELECT tier, position FROM tiers.ladder WHERE valid_on = $as_of
),
acc AS (
  SELECT
    coalesce(tier, 'untiered') AS tier,
    count(*) AS customers,
    sum(revenue) AS revenue,
    sum(CASE WHEN has_owner THEN 1 ELSE 0 END) AS with_owner,
    sum(CASE WHEN NOT is_covered THEN 1 ELSE 0 END) AS uncovered,
    sum(CASE WHEN touched_90 THEN 1 WHEN NOT touched_90 THEN 0 END) AS touched_90,
    sum(CASE WHEN touched_180 THEN 1 WHEN NOT touched_180 THEN 0 END) AS touched_180,
    count(touched_90) AS known_90,
    count(touched_180) AS known_180
  FROM coverage.customers
  GROUP BY coalesce(tier, 'untiered')
),
rule AS (
  SELECT s.min_units, k.has_teams
  FROM rules.small_samples s
  CROSS JOIN coverage.known k
  WHERE (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
)
SELECT
  coalesce(t.tier, a.tier) AS tier,
  t.position,
  coalesce(a.customers, 0) AS customers,
  a.revenue,
  coalesce(a.with_owner, 0) AS with_owner,
  CASE WHEN r.has_teams THEN coalesce(a.customers - a.with_owner - a.uncovered, 0) END AS team_only,
  CASE WHEN r.has_teams THEN coalesce(a.uncovered, 0) END AS uncovered,
  CASE WHEN r.has_teams THEN CAST(a.customers - a.uncovered AS DOUBLE) / a.customers END AS covered_share,
  a.touched_90,
  CAST(a.touched_90 AS DOUBLE) / NULLIF(a.known_90, 0) AS touched_90_share,
  a.touched_180,
  CAST(a.touched_180 AS DOUBLE) / NULLIF(a.known_180, 0) AS touched_180_share,
  a.known_90 - a.touched_90 AS silent_90,
  a.known_180 - a.touched_180 AS silent_180,
  coalesce(a.customers, 0) < r.min_units AS is_small_sample
FROM tiers t
FULL OUTER JOIN acc a ON a.tier = t.tier
CROSS JOIN rule r
