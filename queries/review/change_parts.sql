-- The parts of each change of revenue and gross profit, by customer, tier, region, owner and product line: what each brought in
-- the period and in the one that it is compared with. Customers without a tier, region or owner are one part without a name. A way of
-- dividing that knows no name at all is left out, and so is a comparison with a period that is not known, gross profit where a line of
-- either period has no cost, and gross profit by product line.
--
-- grain: metric, comparison, dimension, member_id
-- empty_if_missing: review.product_spans
-- column: metric text "Metric"
-- column: comparison text "Compared with"
-- column: dimension text "Divided by"
-- column: member_id text "Part; empty for what has no name"
-- column: member_name text "Name of the part"
-- column: owner_name text "Owner, where the part is a customer"
-- column: value money "Now"
-- column: value_before money "Before"
WITH comparisons AS (
  -- Both periods of each are known.
  SELECT
    c.metric,
    c.comparison
  FROM (VALUES
    ('revenue', 'last_week', 'week', 1), ('revenue', 'last_month', 'month', 1), ('revenue', 'last_year', 'month', 12),
    ('gross_profit', 'last_week', 'week', 1), ('gross_profit', 'last_month', 'month', 1), ('gross_profit', 'last_year', 'month', 12)
  ) AS c (metric, comparison, span, k)
  JOIN review.history a ON a.metric = c.metric AND a.span = c.span AND a.k = 0
  JOIN review.history b ON b.metric = c.metric AND b.span = c.span AND b.k = c.k
),
dimensions AS (
  SELECT * FROM (VALUES ('customer'), ('tier'), ('region'), ('owner')) AS d (dimension)
),
named AS (
  SELECT
    d.dimension,
    CASE d.dimension WHEN 'customer' THEN s.customer_id WHEN 'tier' THEN coalesce(t.tier, 'untiered') WHEN 'region' THEN c.region ELSE c.owner_id END AS member_id,
    CASE d.dimension WHEN 'customer' THEN c.customer_name WHEN 'tier' THEN coalesce(t.tier, 'untiered') WHEN 'region' THEN c.region ELSE c.owner_name END AS member_name,
    CASE d.dimension WHEN 'customer' THEN c.owner_name END AS owner_name,
    s.*
  FROM review.customer_spans s
  JOIN value.customers c ON c.customer_id = s.customer_id
  LEFT JOIN tiers.current t ON t.customer_id = s.customer_id
  CROSS JOIN dimensions d
),
sums AS (
  SELECT
    dimension,
    coalesce(member_id, '') AS member_id,
    max(member_name) AS member_name,
    max(owner_name) AS owner_name,
    sum(month_revenue) AS month_revenue,
    sum(last_month_revenue) AS last_month_revenue,
    sum(last_year_revenue) AS last_year_revenue,
    sum(week_revenue) AS week_revenue,
    sum(last_week_revenue) AS last_week_revenue,
    sum(month_profit) AS month_profit,
    sum(last_month_profit) AS last_month_profit,
    sum(last_year_profit) AS last_year_profit,
    sum(week_profit) AS week_profit,
    sum(last_week_profit) AS last_week_profit
  FROM named
  GROUP BY dimension, coalesce(member_id, '')
  UNION ALL BY NAME
  SELECT
    'product_line' AS dimension,
    line AS member_id,
    line_name AS member_name,
    month_revenue,
    last_month_revenue,
    last_year_revenue,
    week_revenue,
    last_week_revenue
  FROM review.product_spans
),
parts AS (
  SELECT
    c.metric,
    c.comparison,
    s.dimension,
    s.member_id,
    s.member_name,
    s.owner_name,
    CASE
      WHEN c.metric = 'revenue' AND c.comparison = 'last_week' THEN s.week_revenue
      WHEN c.metric = 'revenue' THEN s.month_revenue
      WHEN c.comparison = 'last_week' THEN s.week_profit
      ELSE s.month_profit
    END AS value,
    CASE
      WHEN c.metric = 'revenue' AND c.comparison = 'last_week' THEN s.last_week_revenue
      WHEN c.metric = 'revenue' AND c.comparison = 'last_month' THEN s.last_month_revenue
      WHEN c.metric = 'revenue' THEN s.last_year_revenue
      WHEN c.comparison = 'last_week' THEN s.last_week_profit
      WHEN c.comparison = 'last_month' THEN s.last_month_profit
      ELSE s.last_year_profit
    END AS value_before,
    count(CASE WHEN s.member_id <> '' THEN 1 END) OVER (PARTITION BY s.dimension, c.metric, c.comparison) AS n_named
  FROM sums s
  JOIN comparisons c ON s.dimension <> 'product_line' OR c.metric = 'revenue'
)
SELECT metric, comparison, dimension, member_id, member_name, owner_name, value, value_before
FROM parts
WHERE n_named > 0
