-- What to do about ARPU: in the tier whose own ARPU pulled the most down, price and offer are reviewed with the customers whose revenue fell
-- the most between the two months compared (tier at the end of the later one); when none of them fell, for the tier as such. Key
-- customers who bought one product line only are offered a bundle, the largest of them. How many of each come is in
-- rules.bundle_limits. The most urgent first, then the most revenue.
-- Each action goes to the owner, or to whoever answers for a customer without one; what has no customer to the head of sales.
--
-- grain: position
-- empty_if_missing: arpu.customer_lines
-- check: due_on is not null
-- column: position count "Position"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: action text "What to do"
-- column: why text "Reason"
-- column: due_on date "Due on"
-- column: tier text "Tier"
-- column: only_line text "The only product line"
-- column: rate_effect money "Change through ARPU inside the tier"
-- column: arpu_before money "ARPU before"
-- column: arpu_after money "ARPU after"
-- column: revenue money "Final revenue in the window"
-- column: revenue_before money "Revenue of the customer in the earlier month"
-- column: revenue_after money "Revenue of the customer in the later month"
WITH rule AS (
  SELECT list_size, fall_list_size
  FROM rules.bundle_limits
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
worst AS (
  SELECT tier, month_before, month_after, rate_effect, arpu_before, arpu_after
  FROM arpu.decomposition
  WHERE rate_effect < 0
  QUALIFY row_number() OVER (ORDER BY rate_effect, position) = 1
),
months AS (
  SELECT
    h.customer_id,
    coalesce(sum(CASE WHEN c.month = w.month_before THEN c.amount END), 0) AS revenue_before,
    coalesce(sum(CASE WHEN c.month = w.month_after THEN c.amount END), 0) AS revenue_after
  FROM worst w
  JOIN tiers.history h ON h.month_end = month_end(w.month_after) AND h.tier = w.tier
  JOIN value.customer_month c ON c.customer_id = h.customer_id AND (c.month = w.month_before OR c.month = w.month_after)
  GROUP BY h.customer_id
),
falls AS (
  SELECT *, row_number() OVER (ORDER BY revenue_before - revenue_after DESC, customer_id) AS n
  FROM months
  WHERE revenue_after < revenue_before
),
singles AS (
  SELECT
    t.customer_id,
    t.tier,
    t.revenue,
    l.only_line,
    row_number() OVER (ORDER BY t.revenue DESC, t.customer_id) AS n
  FROM tiers.current t
  JOIN arpu.customer_lines l ON l.customer_id = t.customer_id
  WHERE t.position = 1 AND l.n_product_lines = 1 AND l.n_unknown_lines = 0
),
found AS (
  SELECT
    'review_price' AS action,
    'arpu_fell_inside_tier' AS why,
    tier,
    rate_effect,
    arpu_before,
    arpu_after
  FROM worst
  WHERE (SELECT count(*) FROM falls) = 0
  UNION ALL BY NAME
  SELECT
    f.customer_id,
    'review_price' AS action,
    'fell_in_falling_tier' AS why,
    w.tier,
    w.rate_effect,
    w.arpu_before,
    w.arpu_after,
    f.revenue_before,
    f.revenue_after
  FROM falls f
  CROSS JOIN worst w
  CROSS JOIN rule r
  WHERE f.n <= r.fall_list_size
  UNION ALL BY NAME
  SELECT
    s.customer_id,
    'offer_bundle' AS action,
    'key_with_one_line' AS why,
    s.tier,
    s.only_line,
    s.revenue
  FROM singles s
  CROSS JOIN rule r
  WHERE s.n <= r.list_size
),
dated AS (
  SELECT f.*, $as_of + CAST(d.days AS INT) AS due_on
  FROM found f
  LEFT JOIN rules.action_days d
    ON d.action = f.action
    AND (d.valid_from IS NULL OR d.valid_from <= $as_of) AND (d.valid_to IS NULL OR d.valid_to > $as_of)
)
SELECT
  CAST(row_number() OVER (ORDER BY d.due_on, d.action DESC, coalesce(d.revenue_before - d.revenue_after, d.revenue) DESC NULLS FIRST, d.customer_id, d.tier) AS BIGINT) AS position,
  d.customer_id,
  c.customer_name,
  coalesce(p.owner_id, h.owner_id) AS owner_id,
  coalesce(p.owner_name, h.owner_name) AS owner_name,
  d.action,
  d.why,
  d.due_on,
  d.tier,
  d.only_line,
  d.rate_effect,
  d.arpu_before,
  d.arpu_after,
  d.revenue,
  d.revenue_before,
  d.revenue_after
FROM dated d
LEFT JOIN value.customers c ON c.customer_id = d.customer_id
LEFT JOIN value.responsible p ON p.customer_id = d.customer_id
LEFT JOIN value.stand_in h ON h.region = ''
