-- Classes by rule, not clusters: customers with revenue above zero in the months of rules.rfm up to a month-end are put into steps by the
-- day of the last purchase, days with a purchase and revenue, the best step being the highest. A step is found by the number of customers
-- strictly below, so that equal customers are always in the same one, and nothing changes from run to run. The first class of
-- rules.rfm_classes that fits counts. At the last full month-end and the one before it, each under the rules valid on it.
--
-- grain: month_end, customer_id
-- check: class is not null
-- check: recency between 1 and 99 and frequency between 1 and 99 and spend between 1 and 99
-- column: month_end date "Month-end"
-- column: customer_id text "Customer"
-- column: class text "Class"
-- column: position count "Position of the class"
-- column: recency count "Step by last purchase"
-- column: frequency count "Step by days with a purchase"
-- column: spend count "Step by revenue"
-- column: last_on date "Last purchase"
-- column: purchase_days count "Days with a purchase"
-- column: revenue money "Revenue of those months"
WITH ends AS (
  SELECT month_start($as_of + 1) - 1 AS month_end
  UNION ALL
  SELECT month_add(month_start($as_of + 1), -1) - 1
),
spans AS (
  SELECT e.month_end, r.steps, month_add(e.month_end + 1, -r.months) AS first_on
  FROM ends e
  JOIN rules.rfm r
    ON (r.valid_from IS NULL OR r.valid_from <= e.month_end) AND (r.valid_to IS NULL OR r.valid_to > e.month_end)
),
sums AS (
  SELECT
    s.month_end,
    s.steps,
    d.customer_id,
    max(CASE WHEN d.n_sale_lines > 0 THEN d.final_on END) AS last_on,
    sum(CASE WHEN d.n_sale_lines > 0 THEN 1 ELSE 0 END) AS purchase_days,
    sum(d.amount) AS revenue
  FROM value.customer_day d
  JOIN spans s ON d.final_on >= s.first_on AND d.final_on <= s.month_end
  GROUP BY s.month_end, s.steps, d.customer_id
  HAVING sum(d.amount) > 0
),
steps AS (
  SELECT
    *,
    1 + (CAST(rank() OVER (PARTITION BY month_end ORDER BY last_on NULLS FIRST) AS BIGINT) - 1) * steps / CAST(count(*) OVER (PARTITION BY month_end) AS BIGINT) AS recency,
    1 + (CAST(rank() OVER (PARTITION BY month_end ORDER BY purchase_days) AS BIGINT) - 1) * steps / CAST(count(*) OVER (PARTITION BY month_end) AS BIGINT) AS frequency,
    1 + (CAST(rank() OVER (PARTITION BY month_end ORDER BY revenue) AS BIGINT) - 1) * steps / CAST(count(*) OVER (PARTITION BY month_end) AS BIGINT) AS spend
  FROM sums
),
fitting AS (
  SELECT
    s.*,
    c.class,
    c.position,
    row_number() OVER (PARTITION BY s.month_end, s.customer_id ORDER BY c.position) AS place
  FROM steps s
  LEFT JOIN rules.rfm_classes c
    ON (c.valid_from IS NULL OR c.valid_from <= s.month_end) AND (c.valid_to IS NULL OR c.valid_to > s.month_end)
    AND s.recency BETWEEN c.recency_from AND c.recency_to
    AND s.frequency BETWEEN c.frequency_from AND c.frequency_to
    AND s.spend BETWEEN c.spend_from AND c.spend_to
)
SELECT
  month_end,
  customer_id,
  class,
  position,
  CAST(recency AS BIGINT) AS recency,
  CAST(frequency AS BIGINT) AS frequency,
  CAST(spend AS BIGINT) AS spend,
  last_on,
  purchase_days,
  revenue
FROM fitting
WHERE place = 1
