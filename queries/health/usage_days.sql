-- Use of the product by customer and day, over all devices. A day of which logins or minutes are not recorded on some row has them empty.
--
-- grain: customer_id, day
-- column: customer_id text "Customer"
-- column: day date "Day"
-- column: logins count "Logins"
-- column: minutes count "Minutes of use"
SELECT
  u.unit_id AS customer_id,
  g.day,
  CASE WHEN count(g.logins) = count(*) THEN sum(g.logins) END AS logins,
  CASE WHEN count(g.minutes) = count(*) THEN sum(g.minutes) END AS minutes
FROM staging.usage g
JOIN value.units u ON u.customer_id = g.customer_id
WHERE NOT u.is_internal
GROUP BY u.unit_id, g.day
