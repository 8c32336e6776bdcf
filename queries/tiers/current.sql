-- The tier of every customer with a final line in the window.
-- The formula tier follows from the share of all customers ahead: rules.tier_cuts. Beside it stand the tier that has been
-- confirmed by month-ends in a row and the tier set by hand; the effective tier is the first of: set by hand, confirmed,
-- formula. New customers are marked unrated and silent ones dormant (rules.tier_days).
-- The segment follows the solution the customer needs; where that is not known, key customers are the head, customers up
-- to the tail cap a year (rules.segment_caps) the tail, the rest the waist.
-- The spend of a year is the revenue of the twelve months that end with the window, however long the window is.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- check: tier is not null and effective_tier is not null
-- check: segment in ('head', 'waist', 'tail')
-- check: share_before between 0 and 1
-- total: sum(revenue) = (select sum(revenue) from value.contribution)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: region text "Region"
-- column: city text "City"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: tier text "Tier by the formula"
-- column: position count "Position of the tier from the top"
-- column: confirmed_tier text "Confirmed tier"
-- column: override_tier text "Tier set by hand"
-- column: effective_tier text "Tier that applies"
-- column: is_unrated bool "New: too young to be rated"
-- column: is_dormant bool "Dormant: no sale for long"
-- column: segment text "Segment"
-- column: revenue money "Final revenue in the window"
-- column: annual_spend money "Revenue of a year"
-- column: gross_profit money "Gross profit in the window"
-- column: rank count "Rank by revenue"
-- column: share_before ratio "Share of all customers ahead"
-- column: first_sale_on date "First final sale"
-- column: last_sale_on date "Last final sale"
-- column: days_since_sale days "Days since the last sale"
-- column: rule_version text "Version of the rule"
WITH ranked AS (
  SELECT
    *,
    cumulative_revenue - revenue AS revenue_ahead,
    sum(CASE WHEN revenue > 0 THEN revenue END) OVER () AS total_revenue
  FROM value.contribution
),
tiered AS (
  SELECT r.*, l.tier, l.position, l.rule_version
  FROM ranked r
  JOIN tiers.ladder l
    ON l.valid_on = $as_of
    AND CASE
      WHEN r.revenue > 0
      THEN r.revenue_ahead >= l.above_share * r.total_revenue AND (r.revenue_ahead < l.below_share * r.total_revenue OR l.is_last)
      ELSE l.is_last
    END
),
rule AS (
  SELECT d.unrated_days, d.dormant_days, s.tail_cap
  FROM rules.tier_days d
  CROSS JOIN rules.segment_caps s
  WHERE (d.valid_from IS NULL OR d.valid_from <= $as_of) AND (d.valid_to IS NULL OR d.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
year AS (
  SELECT customer_id, sum(amount) AS spend
  FROM value.customer_day
  WHERE final_on >= month_add($window_end, -12) AND final_on < $window_end
  GROUP BY customer_id
)
SELECT
  t.customer_id,
  t.customer_name,
  t.region,
  t.city,
  t.owner_id,
  t.owner_name,
  t.tier,
  t.position,
  f.confirmed_tier,
  o.override_tier,
  coalesce(o.override_tier, f.confirmed_tier, t.tier) AS effective_tier,
  CASE WHEN $as_of - t.first_sale_on < r.unrated_days THEN true ELSE false END AS is_unrated,
  CASE WHEN $as_of - t.last_sale_on > r.dormant_days THEN true ELSE false END AS is_dormant,
  CASE
    WHEN c.solution_need = 'bespoke' THEN 'head'
    WHEN c.solution_need = 'mixed' THEN 'waist'
    WHEN c.solution_need = 'standard' THEN 'tail'
    WHEN t.tier = 'key' THEN 'head'
    WHEN coalesce(y.spend, 0) <= r.tail_cap THEN 'tail'
    ELSE 'waist'
  END AS segment,
  t.revenue,
  CAST(coalesce(y.spend, 0) AS DECIMAL(38, 4)) AS annual_spend,
  t.gross_profit,
  t.rank,
  CASE WHEN t.revenue > 0 THEN CAST(t.revenue_ahead AS DOUBLE) / CAST(t.total_revenue AS DOUBLE) END AS share_before,
  t.first_sale_on,
  t.last_sale_on,
  $as_of - t.last_sale_on AS days_since_sale,
  t.rule_version
FROM tiered t
CROSS JOIN rule r
JOIN value.customers c ON c.customer_id = t.customer_id
LEFT JOIN year y ON y.customer_id = t.customer_id
LEFT JOIN tiers.confirmed f ON f.customer_id = t.customer_id
LEFT JOIN tiers.overrides o ON o.customer_id = t.customer_id
