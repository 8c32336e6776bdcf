-- Who is nurtured, and since when: leads and customers by their first touch, which is the first lead or the first contact on record, whichever
-- came first; a mass mailing is a touch as well. Whoever had bought before is left out: that customer was not nurtured, but known. Cohorts
-- are as many months long as rules.nurture says, counted from January. What happened before the tables begin is not known. So cohorts
-- that began before the month of the first sale on record are left out, and the first one may hold touches that were not the first.
--
-- grain: party
-- empty_if_missing: acquisition.prospects, acquisition.contacts
-- check: paid_on >= first_on
-- check: first_on >= cohort
-- column: party text "Customer, or lead that is none yet"
-- column: customer_id text "Customer"
-- column: first_on date "First touch"
-- column: cohort month "First month of the cohort"
-- column: cohort_end month "First month after the cohort"
-- column: paid_on date "First final sale"
WITH touches AS (
  SELECT party, customer_id, created_on AS touched_on FROM acquisition.prospects
  UNION ALL
  SELECT
    party,
    CASE WHEN starts_with(party, 'customer ') THEN substr(party, 10) END,
    min(touched_on)
  FROM acquisition.contacts
  GROUP BY party
),
first_touches AS (
  SELECT party, max(customer_id) AS customer_id, min(touched_on) AS first_on FROM touches GROUP BY party
),
rule AS (
  SELECT cohort_months
  FROM rules.nurture
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
placed AS (
  SELECT
    f.*,
    r.cohort_months,
    month_add(month_start(f.first_on), -CAST((date_part('month', f.first_on) - 1) % r.cohort_months AS INT)) AS cohort,
    c.first_sale_on AS paid_on
  FROM first_touches f
  CROSS JOIN rule r
  LEFT JOIN value.customers c ON c.customer_id = f.customer_id
  WHERE c.first_sale_on IS NULL OR c.first_sale_on >= f.first_on
),
sales AS (
  SELECT month_start(min(final_on)) AS first_month FROM value.customer_day
)
SELECT party, customer_id, first_on, cohort, month_add(cohort, CAST(cohort_months AS INT)) AS cohort_end, paid_on
FROM placed
CROSS JOIN sales
WHERE cohort >= first_month
