-- The stores of chains (customers with at least so many stores, rules.same_store) and whether each can be compared with the
-- year before: open for enough months at the end of the last full month, not closed by then, and with sales that name it. A store whose
-- opening day is unknown is not compared, and one that opens after the as-of date is left out. A store that moved is one that
-- closed and one that opened.
-- Revenue is of the last twelve full months, revenue before of the twelve months before them; where the data does not reach back
-- that far, of as many months on both sides as it does. A sale belongs to its store whoever bought, so a store that changes hands
-- stays comparable.
-- What a comparable store was to us: `steady` bought in both years and was open all through the year before, `part_year` bought
-- in both but opened during the year before, `new_to_us` bought in this year only, `lost` in the year before only. Like for like
-- are the steady ones: neither new business nor business that we lost is in their growth.
--
-- grain: store_id
-- needs: staging.sales.store_id
-- check: (store_state = 'comparable') = (revenue is not null)
-- check: (served is not null) = (store_state = 'comparable')
-- check: months between 1 and 12
-- column: store_id text "Store"
-- column: customer_id text "Chain"
-- column: city text "City"
-- column: opened_on date "Opened on"
-- column: closed_on date "Closed on"
-- column: store_state text "Comparable, or why not"
-- column: served text "Bought in both years, or in one"
-- column: months count "Months compared"
-- column: revenue money "Final revenue of the months compared"
-- column: revenue_before money "Final revenue of the same months a year before"
WITH dates AS (
  SELECT
    month_start($as_of + 1) AS month_after,
    month_add(month_start($as_of + 1), -12) AS year_start,
    month_add(month_start($as_of + 1), -r.min_months) AS opened_by,
    greatest(m.data_start, month_add(month_start($as_of + 1), -24)) AS base_start,
    r.min_stores
  FROM rules.same_store r
  CROSS JOIN (SELECT min(month) AS data_start FROM value.months) m
  WHERE (r.valid_from IS NULL OR r.valid_from <= $as_of) AND (r.valid_to IS NULL OR r.valid_to > $as_of)
),
acc AS (
  SELECT
    f.store_id,
    sum(CASE WHEN f.final_on >= d.year_start THEN f.amount ELSE 0 END) AS revenue,
    sum(CASE WHEN f.final_on < d.year_start THEN f.amount ELSE 0 END) AS revenue_before,
    bool_or(f.final_on >= d.year_start AND f.amount > 0) AS has_bought,
    bool_or(f.final_on < d.year_start AND f.amount > 0) AS had_bought
  FROM revenue.final f
  CROSS JOIN dates d
  WHERE f.store_id IS NOT NULL AND f.final_on < d.month_after
    AND ((f.final_on >= d.base_start AND f.final_on < d.year_start) OR f.final_on >= month_add(d.base_start, 12))
  GROUP BY f.store_id
),
shops AS (
  SELECT
    s.store_id,
    u.unit_id AS customer_id,
    s.city,
    s.opened_on,
    s.closed_on,
    count(*) OVER (PARTITION BY u.unit_id) AS n_stores
  FROM staging.stores s
  JOIN value.units u ON u.customer_id = s.customer_id
  JOIN value.customers c ON c.customer_id = u.unit_id
  WHERE NOT u.is_internal AND (s.opened_on IS NULL OR s.opened_on <= $as_of)
),
judged AS (
  SELECT
    s.*,
    a.revenue,
    a.revenue_before,
    months_between(d.base_start, d.year_start) AS months,
    CASE
      WHEN s.closed_on < d.month_after THEN 'closed'
      WHEN s.opened_on IS NULL THEN 'age_unknown'
      WHEN s.opened_on > d.opened_by THEN 'new'
      WHEN d.base_start >= d.year_start THEN 'no_year_before'
      WHEN a.store_id IS NULL THEN 'no_sales'
      ELSE 'comparable'
    END AS store_state,
    CASE
      WHEN NOT a.has_bought THEN 'lost'
      WHEN NOT a.had_bought THEN 'new_to_us'
      WHEN s.opened_on > d.base_start THEN 'part_year'
      ELSE 'steady'
    END AS served
  FROM shops s
  CROSS JOIN dates d
  LEFT JOIN acc a ON a.store_id = s.store_id
  WHERE s.n_stores >= d.min_stores
)
SELECT
  store_id,
  customer_id,
  city,
  opened_on,
  closed_on,
  store_state,
  CASE WHEN store_state = 'comparable' THEN served END AS served,
  CASE WHEN store_state = 'comparable' THEN months END AS months,
  CASE WHEN store_state = 'comparable' THEN revenue END AS revenue,
  CASE WHEN store_state = 'comparable' THEN revenue_before END AS revenue_before
FROM judged
