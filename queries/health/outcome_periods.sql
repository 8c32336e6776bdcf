-- Business figures and benefits by customer on each day of health.days: of the month that counts, the month before and the same month
-- of the year before, with the days of each, because months are compared by the day. The first month of a customer on record is no
-- base, unless the table begins with it. A month without a row or without a value is not known.
--
-- grain: scored_on, customer_id
-- column: scored_on date "Day"
-- column: customer_id text "Customer"
-- column: volume_now count "Business volume of the month"
-- column: volume_before count "Of the month before"
-- column: volume_year count "Of the same month of the year before"
-- column: benefit_now count "Benefit in the month"
-- column: benefit_before count "In the month before"
-- column: benefit_year count "In the same month of the year before"
-- column: days_now days "Days of the month"
-- column: days_before days "Days of the month before"
-- column: days_year days "Days of the same month of the year before"
WITH months AS (
  SELECT
    u.unit_id AS customer_id,
    month_start(o.month) AS month,
    CASE WHEN count(o.business_volume) = count(*) THEN sum(o.business_volume) END AS volume,
    CASE WHEN count(o.benefit_value) = count(*) THEN sum(o.benefit_value) END AS benefit
  FROM staging.outcomes o
  JOIN value.units u ON u.customer_id = o.customer_id
  WHERE NOT u.is_internal
  GROUP BY u.unit_id, month_start(o.month)
),
dated AS (
  SELECT customer_id, month, volume, benefit, min(month) OVER (PARTITION BY customer_id) AS first_month
  FROM months
),
slots AS (
  SELECT d.scored_on, d.outcomes_from, d.outcome_month, k.n, month_add(d.outcome_month, -k.n) AS month
  FROM health.days d
  CROSS JOIN (SELECT * FROM (VALUES (0), (1), (12)) AS k (n)) k
  WHERE d.outcome_month IS NOT NULL
),
placed AS (
  SELECT
    s.scored_on,
    m.customer_id,
    s.outcome_month,
    s.n,
    CASE WHEN s.n = 0 OR m.month > m.first_month OR m.month = s.outcomes_from THEN m.volume END AS volume,
    CASE WHEN s.n = 0 OR m.month > m.first_month OR m.month = s.outcomes_from THEN m.benefit END AS benefit
  FROM dated m
  JOIN slots s ON s.month = m.month
)
SELECT
  scored_on,
  customer_id,
  max(CASE WHEN n = 0 THEN volume END) AS volume_now,
  max(CASE WHEN n = 1 THEN volume END) AS volume_before,
  max(CASE WHEN n = 12 THEN volume END) AS volume_year,
  max(CASE WHEN n = 0 THEN benefit END) AS benefit_now,
  max(CASE WHEN n = 1 THEN benefit END) AS benefit_before,
  max(CASE WHEN n = 12 THEN benefit END) AS benefit_year,
  month_end(outcome_month) - outcome_month + 1 AS days_now,
  outcome_month - month_add(outcome_month, -1) AS days_before,
  month_end(month_add(outcome_month, -12)) - month_add(outcome_month, -12) + 1 AS days_year
FROM placed
GROUP BY scored_on, customer_id, outcome_month
