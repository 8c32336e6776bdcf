-- Use of the product by customer and day. A day without a login has no device.
--
-- grain: customer_id, day
-- as_of: day
-- fresh: 3 days
-- optional
-- warn: active_users <= seats
-- warn: logins > 0 or minutes = 0
-- column: customer_id text "Customer"
-- column: day date "Day"
-- column: logins count "Logins"
-- column: active_users count "Active users"
-- column: seats count "Seats"
-- column: minutes count "Minutes of use"
-- column: device text "Device"
SELECT
  account_no AS customer_id,
  usage_date AS day,
  logins,
  active_users,
  seats,
  minutes,
  CASE device
    WHEN '手机' THEN 'phone'
    WHEN '平板' THEN 'tablet'
    WHEN '电脑' THEN 'computer'
    WHEN '收银机' THEN 'till'
    ELSE device
  END AS device
FROM warehouse.usage_day
