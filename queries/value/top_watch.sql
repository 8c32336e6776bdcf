-- The largest customers (as many as rules.contract_endings has them) that have fallen silent, or whose revenue falls.
-- The usual gap of a customer is the median of the days between its sale days of the last twelve months; it is empty with
-- fewer gaps than rules.top_watch asks for. A customer is silent when its last sale is more than so many usual gaps ago, and at
-- least so many days: a daily buyer is not silent after a weekend. Its revenue falls when that of the last full months lies at
-- least the share of the rule below that of the same months a year before; without revenue then nothing is known of it.
--
-- grain: customer_id
-- order: is_watched desc, rank, customer_id
-- check: days_since_sale >= 0
-- check: usual_gap > 0
-- total: count(*) = (select count(*) from value.top_customers)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: rank count "Rank by revenue"
-- column: revenue money "Final revenue in the window"
-- column: share ratio "Share of the revenue of all customers above zero"
-- column: last_sale_on date "Last final sale"
-- column: days_since_sale days "Days since the last sale"
-- column: usual_gap days "Median days between its sale days"
-- column: revenue_recent money "Final revenue of the last full months"
-- column: revenue_year_before money "Of the same months a year before"
-- column: revenue_change ratio "Change against a year before"
-- column: is_silent bool "Silent for longer than usual"
-- column: is_falling bool "Revenue falls"
-- column: is_watched bool "Silent or falling"
WITH rule AS (
  SELECT
    silent_gaps,
    min_gaps,
    min_silent_days,
    fall_share,
    month_add(month_start($as_of + 1), -months) AS from_on,
    month_start($as_of + 1) AS end_on
  FROM rules.top_watch
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
days AS (
  SELECT d.customer_id, d.final_on, d.amount, d.n_sale_lines
  FROM value.customer_day d
  JOIN value.top_customers t ON t.customer_id = d.customer_id
),
sale_days AS (
  SELECT
    customer_id,
    final_on - lag(final_on) OVER (PARTITION BY customer_id ORDER BY final_on) AS gap
  FROM days
  WHERE n_sale_lines > 0 AND final_on > month_add($as_of, -12) AND final_on <= $as_of
),
gaps AS (
  SELECT customer_id, count(gap) AS n_gaps, median(CAST(gap AS DECIMAL(19, 1))) AS usual_gap
  FROM sale_days
  GROUP BY customer_id
),
sums AS (
  SELECT
    d.customer_id,
    coalesce(sum(CASE WHEN d.final_on >= r.from_on AND d.final_on < r.end_on THEN d.amount END), 0) AS recent,
    sum(CASE WHEN d.final_on >= month_add(r.from_on, -12) AND d.final_on < month_add(r.end_on, -12) THEN d.amount END) AS year_before
  FROM days d
  CROSS JOIN rule r
  GROUP BY d.customer_id
),
figures AS (
  SELECT
    t.customer_id,
    t.customer_name,
    t.owner_id,
    t.owner_name,
    t.rank,
    t.revenue,
    t.share,
    c.last_sale_on,
    $as_of - c.last_sale_on AS days_since_sale,
    CASE WHEN g.n_gaps >= r.min_gaps THEN g.usual_gap END AS usual_gap,
    s.recent,
    s.year_before,
    r.silent_gaps,
    r.min_silent_days,
    r.fall_share
  FROM value.top_customers t
  CROSS JOIN rule r
  JOIN value.customers c ON c.customer_id = t.customer_id
  LEFT JOIN gaps g ON g.customer_id = t.customer_id
  LEFT JOIN sums s ON s.customer_id = t.customer_id
),
judged AS (
  SELECT
    *,
    days_since_sale > silent_gaps * usual_gap AND days_since_sale >= min_silent_days AS is_silent,
    CASE WHEN year_before > 0 THEN year_before - recent >= fall_share * year_before END AS is_falling
  FROM figures
)
SELECT
  customer_id,
  customer_name,
  owner_id,
  owner_name,
  rank,
  revenue,
  share,
  last_sale_on,
  days_since_sale,
  CAST(usual_gap AS DOUBLE) AS usual_gap,
  recent AS revenue_recent,
  year_before AS revenue_year_before,
  CASE WHEN year_before > 0 THEN CAST(recent - year_before AS DOUBLE) / CAST(year_before AS DOUBLE) END AS revenue_change,
  is_silent,
  is_falling,
  coalesce(is_silent, false) OR coalesce(is_falling, false) AS is_watched
FROM judged
