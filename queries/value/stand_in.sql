-- Who answers for what has no owner: one row for each region, and one for everywhere else (an empty region). In a region its
-- first representative of level region who is nobody's subordinate there, else the first of that level; everywhere else the first
-- at head office without a manager, else the first at head office. Empty without a table of owners.
--
-- grain: region
-- order: region
-- empty_if_missing: staging.owners
-- column: region text "Region; empty for everywhere else"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
WITH ranked AS (
  SELECT
    coalesce(o.region, '') AS region,
    o.owner_id,
    o.owner_name,
    o.level,
    row_number() OVER (
      PARTITION BY o.level, coalesce(o.region, '')
      ORDER BY CASE WHEN m.level = o.level THEN 1 ELSE 0 END, CASE WHEN o.manager_id IS NULL THEN 0 ELSE 1 END, o.owner_id
    ) AS place,
    row_number() OVER (
      PARTITION BY o.level
      ORDER BY CASE WHEN o.manager_id IS NULL THEN 0 ELSE 1 END, o.owner_id
    ) AS place_at_all
  FROM staging.owners o
  LEFT JOIN staging.owners m ON m.owner_id = o.manager_id
  WHERE o.level IN ('region', 'hq')
)
SELECT region, owner_id, owner_name FROM ranked WHERE level = 'region' AND region <> '' AND place = 1
UNION ALL
SELECT '' AS region, owner_id, owner_name FROM ranked WHERE level = 'hq' AND place_at_all = 1
