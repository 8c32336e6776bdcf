-- Use by customer, day of scores.days and device, over the days of use that count: days with a login and minutes. A row without a device,
-- such as a day without a login, has no part in devices. Use is counted back from the newest day on record, if that is earlier.
--
-- grain: scored_on, customer_id, device
-- column: scored_on date "Day"
-- column: customer_id text "Customer"
-- column: device text "Device, none for days without a login"
-- column: login_days count "Days with a login"
-- column: minutes count "Minutes of use"
-- column: last_on date "Last day of use"
WITH newest AS (
  SELECT max(day) AS last_on FROM staging.usage
)
SELECT
  d.scored_on,
  u.unit_id AS customer_id,
  coalesce(g.device, 'none') AS device,
  count(DISTINCT CASE WHEN g.logins > 0 THEN g.day END) AS login_days,
  coalesce(sum(g.minutes), 0) AS minutes,
  max(CASE WHEN g.logins > 0 THEN g.day END) AS last_on
FROM staging.usage g
CROSS JOIN newest n
JOIN scores.days d
  ON g.day <= least(d.scored_on, n.last_on) AND g.day > least(d.scored_on, n.last_on) - CAST(d.use_days AS INT)
JOIN value.units u ON u.customer_id = g.customer_id
WHERE NOT u.is_internal
GROUP BY d.scored_on, u.unit_id, coalesce(g.device, 'none')
