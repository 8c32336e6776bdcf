-- Every label of every customer, as the files of this folder give them. A label is a query file with `customer_id` and `value`; the
-- file, a line here and its values in rules.labels make it known. A file that also tells the day, `valid_on`, for the days of scores.days
-- has its counts compared with the month-end before; one without is that of the as-of date.
--
-- grain: valid_on, label, customer_id, value
-- empty_if_missing: labels.main_device
-- column: valid_on date "Day"
-- column: label text "Kind of label"
-- column: customer_id text "Customer"
-- column: value text "Label"
SELECT coalesce(valid_on, $as_of) AS valid_on, label, customer_id, value
FROM (
  SELECT 'advocate' AS label, * FROM labels.advocate
  UNION ALL BY NAME
  SELECT 'rhythm' AS label, * FROM labels.rhythm
  UNION ALL BY NAME
  SELECT 'voice' AS label, * FROM labels.voice
  UNION ALL BY NAME
  SELECT 'main_device' AS label, * FROM labels.main_device
) a
