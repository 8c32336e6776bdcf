-- Label: the device that a customer uses most (scores.main_devices). On each day of scores.days.
--
-- grain: valid_on, customer_id, value
-- column: valid_on date "Day"
-- column: customer_id text "Customer"
-- column: value text "Label"
SELECT scored_on AS valid_on, customer_id, main_device AS value
FROM scores.main_devices
