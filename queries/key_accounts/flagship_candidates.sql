-- Whom to sign as a flagship: the influential leaders of cities, or of regions where cities are too small, whom no test flags as a
-- fake key account. Each once, in the place where it has most revenue, and only the largest few. A flagship must be a customer
-- whom others may copy: it bought not long ago (rules.local_influence), and in the last twelve full months not less than in the
-- twelve before.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- check: days_since_sale >= 0
-- check: sales >= sales_before
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: judged_by text "Judged by city or region"
-- column: place text "City or region"
-- column: revenue money "Final revenue in the place"
-- column: share ratio "Share of the place"
-- column: customers count "Customers in the place"
-- column: days_since_sale days "Days since the last sale"
-- column: sales money "Final revenue of twelve full months"
-- column: sales_before money "The twelve months before"
WITH rule AS (
  SELECT max_flagships, max_silent_days
  FROM rules.local_influence
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
years AS (
  SELECT
    customer_id,
    coalesce(sum(CASE WHEN month >= month_add(month_start($as_of + 1), -12) THEN amount END), 0) AS sales,
    coalesce(sum(CASE WHEN month < month_add(month_start($as_of + 1), -12) THEN amount END), 0) AS sales_before
  FROM value.customer_month
  WHERE month >= month_add(month_start($as_of + 1), -24) AND month < month_start($as_of + 1)
  GROUP BY customer_id
),
leaders AS (
  SELECT
    l.customer_id,
    l.customer_name,
    l.judged_by,
    CASE l.judged_by WHEN 'city' THEN l.city ELSE l.region END AS place,
    l.revenue,
    CASE l.judged_by WHEN 'city' THEN l.city_share ELSE l.region_share END AS share,
    CASE l.judged_by WHEN 'city' THEN l.city_customers ELSE l.region_customers END AS customers,
    $as_of - v.last_sale_on AS days_since_sale,
    coalesce(y.sales, 0) AS sales,
    coalesce(y.sales_before, 0) AS sales_before,
    row_number() OVER (PARTITION BY l.customer_id ORDER BY l.revenue DESC, l.city) AS n_place
  FROM key_accounts.local l
  JOIN value.contribution v ON v.customer_id = l.customer_id
  CROSS JOIN rule r
  LEFT JOIN years y ON y.customer_id = l.customer_id
  LEFT JOIN key_accounts.fake_list f ON f.customer_id = l.customer_id
  WHERE l.is_influential AND NOT l.is_small_sample AND f.customer_id IS NULL
    AND CASE l.judged_by WHEN 'city' THEN l.city_rank ELSE l.region_rank END = 1
    AND $as_of - v.last_sale_on <= r.max_silent_days
    AND coalesce(y.sales, 0) >= coalesce(y.sales_before, 0)
),
ranked AS (
  SELECT *, row_number() OVER (ORDER BY revenue DESC, customer_id) AS n_flagship
  FROM leaders
  WHERE n_place = 1
)
SELECT
  k.customer_id,
  k.customer_name,
  k.judged_by,
  k.place,
  k.revenue,
  k.share,
  k.customers,
  k.days_since_sale,
  k.sales,
  k.sales_before
FROM ranked k
CROSS JOIN rule r
WHERE k.n_flagship <= r.max_flagships
