-- Active users of each customer: the most on any day of the window, over all its devices. Users are not known by name, so this is the least
-- number of different people who can have been active.
--
-- grain: customer_id
-- needs: staging.usage.active_users
-- column: customer_id text "Customer"
-- column: active_users count "Active users"
WITH days AS (
  SELECT u.unit_id AS customer_id, g.day, sum(g.active_users) AS active_users
  FROM staging.usage g
  JOIN value.units u ON u.customer_id = g.customer_id
  WHERE g.active_users IS NOT NULL AND NOT u.is_internal AND g.day >= $window_start AND g.day < $window_end
  GROUP BY u.unit_id, g.day
)
SELECT customer_id, max(active_users) AS active_users
FROM days
GROUP BY customer_id
