-- Every calendar month from the first final revenue to the month of the as-of date, also those in which nothing was sold.
--
-- grain: month
-- column: month month "Month"
-- column: month_end date "Last day"
-- column: is_partial bool "Not over yet on the as-of date"
-- column: is_last_full bool "The latest full month"
WITH span AS (
  SELECT month_start(min(final_on)) AS first_month, month_start($as_of) AS last_month
  FROM value.customer_day
),
months AS (
  SELECT CAST(unnest(generate_series(first_month, last_month, INTERVAL '1 month')) AS DATE) AS month
  FROM span
  WHERE first_month IS NOT NULL
)
SELECT
  month,
  month_end(month) AS month_end,
  month_end(month) > $as_of AS is_partial,
  month = month_add(month_start($as_of + 1), -1) AS is_last_full
FROM months
