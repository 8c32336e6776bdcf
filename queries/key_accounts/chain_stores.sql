-- The stores of chains (customers with at least so many stores, rules.same_store) and whether each can be compared with itself
-- in the year before: open for enough months at the end of the last full month, not closed by then, and with sales that name it. A store whose
-- opening day is unknown is not compared, and one that opens after the as-of date is left out. Revenue is of the last twelve full
-- months, but only of those in which the store was already open for the whole month a year before; revenue before is of
-- these months a year before; months from before the first sale of all are not compared. A sale belongs to its store whoever bought,
-- so a store that changes hands stays comparable.
-- Neither are months in which we did not serve the store a year before: it is compared from the first full month after the first
-- sale to its customer or to the store itself, whichever is earlier. With no such month, or when the store bought nothing in them
-- and the customer nothing before them, its state is `new_customer`: what it buys now is new business, not growth of a store.
--
-- grain: store_id
-- needs: staging.sales.store_id
-- check: (store_state = 'comparable') = (revenue is not null)
-- check: months between 1 and 12
-- column: store_id text "Store"
-- column: customer_id text "Chain"
-- column: city text "City"
-- column: opened_on date "Opened on"
-- column: closed_on date "Closed on"
-- column: store_state text "Comparable, or why not"
-- column: months count "Months compared"
-- column: revenue money "Final revenue of the months compared"
-- column: revenue_before money "Final revenue of the same months a year before"
WITH dates AS (
  SELECT
    month_start($as_of + 1) AS month_after,
    month_add(month_start($as_of + 1), -12) AS year_start,
    month_add(month_start($as_of + 1), -r.min_months) AS opened_by,
    r.min_stores,
    m.data_start
  FROM rules.same_store r
  CROSS JOIN (SELECT min(month) AS data_start FROM value.months) m
  WHERE (r.valid_from IS NULL OR r.valid_from <= $as_of) AND (r.valid_to IS NULL OR r.valid_to > $as_of)
),
sold AS (
  SELECT store_id, month_start(final_on) AS month, sum(amount) AS amount
  FROM revenue.final
  WHERE store_id IS NOT NULL
    AND final_on >= month_add(month_start($as_of + 1), -24) AND final_on < month_start($as_of + 1)
  GROUP BY store_id, month_start(final_on)
),
first_sales AS (
  SELECT store_id, min(final_on) AS first_on
  FROM revenue.final
  WHERE store_id IS NOT NULL AND amount > 0
  GROUP BY store_id
),
shops AS (
  SELECT
    s.store_id,
    u.unit_id AS customer_id,
    s.city,
    s.opened_on,
    s.closed_on,
    greatest(
      CASE WHEN month_start(s.opened_on) = s.opened_on THEN s.opened_on ELSE month_add(month_start(s.opened_on), 1) END,
      d.data_start
    ) AS first_full_month,
    c.first_sale_on,
    least(c.first_sale_on, f.first_on) AS served_on,
    d.data_start,
    greatest(d.data_start, month_add(d.year_start, -12)) AS base_start,
    count(*) OVER (PARTITION BY u.unit_id) AS n_stores
  FROM staging.stores s
  CROSS JOIN dates d
  JOIN value.units u ON u.customer_id = s.customer_id
  JOIN value.customers c ON c.customer_id = u.unit_id
  LEFT JOIN first_sales f ON f.store_id = s.store_id
  WHERE NOT u.is_internal AND (s.opened_on IS NULL OR s.opened_on <= $as_of)
),
stores AS (
  SELECT
    *,
    greatest(
      first_full_month,
      CASE
        -- Who bought in the first month of the data may have been a customer before it.
        WHEN month_start(served_on) <= data_start THEN data_start
        WHEN month_start(served_on) = served_on THEN served_on
        ELSE month_add(month_start(served_on), 1)
      END
    ) AS compared_from
  FROM shops
),
acc AS (
  SELECT
    s.store_id,
    coalesce(sum(CASE WHEN m.month >= d.year_start AND s.compared_from <= month_add(m.month, -12) THEN m.amount END), 0) AS revenue,
    coalesce(sum(CASE WHEN m.month < d.year_start AND s.compared_from <= m.month THEN m.amount END), 0) AS revenue_before
  FROM stores s
  CROSS JOIN dates d
  JOIN sold m ON m.store_id = s.store_id
  GROUP BY s.store_id
),
judged AS (
  SELECT
    s.*,
    a.revenue,
    a.revenue_before,
    least(months_between(s.compared_from, d.year_start), 12) AS months,
    CASE
      WHEN s.closed_on < d.month_after THEN 'closed'
      WHEN s.opened_on IS NULL THEN 'age_unknown'
      WHEN s.opened_on > d.opened_by THEN 'new'
      WHEN a.store_id IS NULL THEN 'no_sales'
      WHEN s.first_full_month >= d.year_start THEN 'no_year_before'
      WHEN s.compared_from >= d.year_start THEN 'new_customer'
      WHEN a.revenue_before <= 0 AND s.first_sale_on >= greatest(s.base_start, s.first_full_month) THEN 'new_customer'
      ELSE 'comparable'
    END AS store_state
  FROM stores s
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
  CASE WHEN store_state = 'comparable' THEN months END AS months,
  CASE WHEN store_state = 'comparable' THEN revenue END AS revenue,
  CASE WHEN store_state = 'comparable' THEN revenue_before END AS revenue_before
FROM judged
