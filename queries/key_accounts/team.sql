-- Who looks after key accounts: every owner of the levels that are meant to (head office and region), with or without any, and every
-- other owner that has some. Key accounts without an owner are in no row.
--
-- grain: owner_id
-- order: key_accounts desc, revenue desc, owner_id
-- check: is_key_level or key_accounts > 0
-- total: sum(key_accounts) = (select count(owner_id) from key_accounts.accounts)
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: level text "Level"
-- column: team text "Team"
-- column: region text "Region"
-- column: is_key_level bool "Head office or region"
-- column: key_accounts count "Key accounts"
-- column: revenue money "Their final revenue in the window"
WITH acc AS (
  SELECT owner_id, min(owner_name) AS owner_name, count(*) AS key_accounts, sum(revenue) AS revenue
  FROM key_accounts.accounts
  WHERE owner_id IS NOT NULL
  GROUP BY owner_id
)
SELECT
  coalesce(o.owner_id, a.owner_id) AS owner_id,
  coalesce(o.owner_name, a.owner_name) AS owner_name,
  o.level,
  o.team,
  o.region,
  coalesce(o.level IN ('hq', 'region'), false) AS is_key_level,
  coalesce(a.key_accounts, 0) AS key_accounts,
  coalesce(a.revenue, 0) AS revenue
FROM staging.owners o
FULL OUTER JOIN acc a ON a.owner_id = o.owner_id
WHERE o.level IN ('hq', 'region') OR a.owner_id IS NOT NULL
