-- How many new end users a city gained after a customer went live there, beyond what other cities gained in the same days:
-- new users after less new users before, minus the average of the same difference over the control cities. The city itself
-- is never its own control. A customer has a row only where this is known.
--
-- grain: customer_id, city
-- check: control_cities > 0
-- column: customer_id text "Customer"
-- column: city text "City"
-- column: go_live_on date "Live since"
-- column: new_users_before count "New end users before"
-- column: new_users_after count "New end users after"
-- column: control_cities count "Cities compared with"
-- column: control_change count "Their average change"
-- column: pull count "New end users beyond those of other cities"
WITH controls AS (
  SELECT
    city_name,
    go_live_on,
    new_before,
    new_after,
    sum(CASE WHEN is_control THEN 1 ELSE 0 END) OVER (PARTITION BY go_live_on) - CASE WHEN is_control THEN 1 ELSE 0 END AS n,
    sum(CASE WHEN is_control THEN new_after - new_before ELSE 0 END) OVER (PARTITION BY go_live_on)
      - CASE WHEN is_control THEN new_after - new_before ELSE 0 END AS change
  FROM key_accounts.city_users
)
SELECT
  l.customer_id,
  l.city,
  l.go_live_on,
  c.new_before AS new_users_before,
  c.new_after AS new_users_after,
  c.n AS control_cities,
  CAST(c.change AS DOUBLE) / c.n AS control_change,
  CAST((c.new_after - c.new_before) * c.n - c.change AS DOUBLE) / c.n AS pull
FROM key_accounts.went_live l
JOIN controls c ON c.city_name = l.city_name AND c.go_live_on = l.go_live_on
WHERE c.n > 0
