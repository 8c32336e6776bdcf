-- People who own customers: sales representatives and their managers.
--
-- grain: owner_id
-- optional
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: level text "Level"
-- column: team text "Team"
-- column: manager_id text "Manager"
-- column: region text "Region"
-- column: city text "City"
-- column: email text "Mail"
SELECT
  rep_no AS owner_id,
  rep_name AS owner_name,
  rep_level AS level,
  team,
  manager_no AS manager_id,
  area AS region,
  city,
  email
FROM warehouse.sales_rep
-- Who has left owns nobody any more; what was sold keeps the number.
WHERE team <> '已离职'
