-- The device that each customer uses most, by minutes over the days of use of rules.score_days, then by days with a login, then by name. A
-- customer without a login on a known device is not here.
--
-- grain: scored_on, customer_id
-- check: main_minutes <= minutes
-- column: scored_on date "Day"
-- column: customer_id text "Customer"
-- column: main_device text "Main device"
-- column: main_minutes count "Minutes on it"
-- column: minutes count "Minutes on all devices"
-- column: n_devices count "Devices"
WITH placed AS (
  SELECT
    scored_on,
    customer_id,
    device,
    minutes,
    sum(minutes) OVER (PARTITION BY scored_on, customer_id) AS all_minutes,
    count(*) OVER (PARTITION BY scored_on, customer_id) AS n_devices,
    row_number() OVER (PARTITION BY scored_on, customer_id ORDER BY minutes DESC, login_days DESC, device) AS place
  FROM scores.device_days
  WHERE device <> 'none' AND (login_days > 0 OR minutes > 0)
)
SELECT scored_on, customer_id, device AS main_device, minutes AS main_minutes, all_minutes AS minutes, n_devices
FROM placed
WHERE place = 1
