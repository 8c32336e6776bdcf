-- The contributors to the change of final revenue of review.contributors, with words for what has no name: those that are named,
-- what is without a name, and all others.
--
-- grain: comparison, dimension, place
-- total: coalesce(sum(change), 0) = (select coalesce(sum(change), 0) from review.contributors where metric = 'revenue')
-- column: comparison text "Compared with"
-- column: dimension text "Divided by"
-- column: place count "Place"
-- column: member text "Part"
-- column: owner_name text "Owner"
-- column: value money "Now"
-- column: value_before money "Before"
-- column: change money "Change"
-- column: n_members count "Parts in the line"
SELECT
  comparison,
  dimension,
  place,
  CASE WHEN is_rest THEN 'rest' WHEN member_id = '' THEN 'unnamed' WHEN dimension = 'tier' THEN member_id ELSE coalesce(member_name, member_id) END AS member,
  owner_name,
  value,
  value_before,
  change,
  n_members
FROM review.contributors
WHERE metric = 'revenue'
