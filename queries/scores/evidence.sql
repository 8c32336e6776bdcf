-- What the score rules look at: for each customer and day of scores.days the value of each piece of evidence that is known. What is not
-- known has no row, and so no points: headcounts and stores only where on record; logins only of customers with use on record; referrals
-- only where referrers are recorded at all; recommendation only from an answer (its newest by person, the mean of all); tickets only
-- where they are kept. Zero is a value. Revenue is that of the twelve months up to the day; months with orders likewise.
--
-- grain: scored_on, customer_id, rule_id
-- empty_if_missing: scores.device_days, health.usage_days, health.answers, staging.tickets, staging.costs
-- column: scored_on date "Day"
-- column: customer_id text "Customer"
-- column: rule_id text "Rule"
-- column: value count "Evidence"
-- column: evidence_on date "Day of the newest evidence"
WITH units AS (
  SELECT customer_id, unit_id FROM value.units WHERE NOT is_internal
),
attributes AS (
  SELECT
    u.unit_id AS customer_id,
    sum(c.store_count) AS stores,
    sum(c.headcount) AS headcount,
    max(CASE c.chain_scope WHEN 'national' THEN 1 WHEN 'regional' THEN 0 WHEN 'city' THEN 0 END) AS national_chain
  FROM staging.customers c
  JOIN units u ON u.customer_id = c.customer_id
  GROUP BY u.unit_id
),
logins AS (
  SELECT scored_on, customer_id, sum(login_days) AS login_days, max(last_on) AS last_on
  FROM scores.device_days
  GROUP BY scored_on, customer_id
),
use_begun AS (
  SELECT customer_id, min(day) AS first_on FROM health.usage_days WHERE logins IS NOT NULL GROUP BY customer_id
),
referrers AS (
  SELECT count(referrer_id) > 0 AS is_kept FROM staging.customers
),
referred AS (
  SELECT d.scored_on, r.unit_id AS customer_id, count(DISTINCT u.unit_id) AS n, max(c.created_on) AS last_on
  FROM staging.customers c
  JOIN units u ON u.customer_id = c.customer_id
  JOIN units r ON r.customer_id = c.referrer_id AND r.unit_id <> u.unit_id
  JOIN scores.days d ON c.created_on <= d.scored_on
  GROUP BY d.scored_on, r.unit_id
),
newest_answers AS (
  SELECT
    d.scored_on,
    a.customer_id,
    a.points,
    a.answered_on,
    row_number() OVER (
      PARTITION BY d.scored_on, a.member_id, coalesce(a.person_id, CAST(a.answer_no AS VARCHAR)) ORDER BY a.answered_on DESC, a.score, a.answer_no
    ) AS place
  FROM health.answers a
  JOIN scores.days d ON a.answered_on <= d.scored_on
  WHERE a.kind = 'nps' AND a.is_on_scale
),
recommends AS (
  SELECT scored_on, customer_id, sum(points) / count(*) AS value, max(answered_on) AS last_on
  FROM newest_answers
  WHERE place = 1
  GROUP BY scored_on, customer_id
),
tickets_kept AS (
  SELECT count(kind) > 0 AS is_kept FROM staging.tickets
),
tickets AS (
  SELECT
    d.scored_on,
    u.unit_id AS customer_id,
    sum(CASE WHEN t.kind = 'request' THEN 1 ELSE 0 END) AS suggestions,
    max(CASE WHEN t.kind = 'request' THEN CAST(t.opened_at AT TIME ZONE $timezone AS DATE) END) AS last_request_on,
    sum(CASE WHEN t.kind = 'complaint' THEN 1 ELSE 0 END) AS complaints,
    max(CASE WHEN t.kind = 'complaint' THEN CAST(t.opened_at AT TIME ZONE $timezone AS DATE) END) AS last_complaint_on
  FROM staging.tickets t
  JOIN units u ON u.customer_id = t.customer_id
  JOIN scores.days d
    ON CAST(t.opened_at AT TIME ZONE $timezone AS DATE) <= d.scored_on
    AND CAST(t.opened_at AT TIME ZONE $timezone AS DATE) > d.scored_on - CAST(d.support_days AS INT)
  WHERE t.kind IN ('request', 'complaint')
  GROUP BY d.scored_on, u.unit_id
),
orders AS (
  SELECT
    d.scored_on,
    o.customer_id,
    sum(CASE WHEN o.final_on > month_add(d.scored_on, -12) THEN o.amount ELSE 0 END) AS spend,
    count(DISTINCT CASE WHEN o.final_on > month_add(d.scored_on, -12) AND o.n_sale_lines > 0 THEN month_start(o.final_on) END) AS order_months,
    max(CASE WHEN o.n_sale_lines > 0 THEN o.final_on END) AS last_on
  FROM value.customer_day o
  JOIN scores.days d ON o.final_on <= d.scored_on
  GROUP BY d.scored_on, o.customer_id
),
overdue AS (
  SELECT d.scored_on, u.unit_id AS customer_id, max(c.overdue_days) AS days
  FROM staging.costs c
  JOIN units u ON u.customer_id = c.customer_id
  JOIN scores.days d ON month_start(c.month) = month_add(month_start(d.scored_on + 1), -1)
  GROUP BY d.scored_on, u.unit_id
),
devices AS (
  SELECT
    scored_on,
    customer_id,
    sum(CASE WHEN device <> 'none' AND login_days > 0 THEN 1 ELSE 0 END) AS devices,
    CAST(sum(CASE WHEN device = 'till' THEN minutes ELSE 0 END) AS DECIMAL(28, 8)) AS till_minutes,
    CAST(sum(CASE WHEN device <> 'none' THEN minutes ELSE 0 END) AS DECIMAL(28, 8)) AS minutes,
    max(last_on) AS last_on
  FROM scores.device_days
  GROUP BY scored_on, customer_id
),
found AS (
  SELECT d.scored_on, a.customer_id, 'stores' AS rule_id, CAST(a.stores AS DECIMAL(28, 8)) AS value, d.scored_on AS evidence_on
  FROM attributes a CROSS JOIN scores.days d
  UNION ALL
  SELECT d.scored_on, a.customer_id, 'headcount', CAST(a.headcount AS DECIMAL(28, 8)), d.scored_on AS evidence_on FROM attributes a CROSS JOIN scores.days d
  UNION ALL
  SELECT d.scored_on, a.customer_id, 'national_chain', CAST(a.national_chain AS DECIMAL(28, 8)), d.scored_on AS evidence_on FROM attributes a CROSS JOIN scores.days d
  UNION ALL
  SELECT p.scored_on, p.customer_id, 'tenure_months', CAST(months_between(p.started_on, p.scored_on) AS DECIMAL(28, 8)), p.scored_on AS evidence_on
  FROM scores.population p
  UNION ALL
  SELECT p.scored_on, p.customer_id, 'login_days', CAST(coalesce(l.login_days, 0) AS DECIMAL(28, 8)), coalesce(l.last_on, p.scored_on)
  FROM scores.population p
  JOIN use_begun b ON b.customer_id = p.customer_id AND b.first_on <= p.scored_on
  LEFT JOIN logins l ON l.scored_on = p.scored_on AND l.customer_id = p.customer_id
  UNION ALL
  SELECT p.scored_on, p.customer_id, 'referrals', CAST(coalesce(f.n, 0) AS DECIMAL(28, 8)), coalesce(f.last_on, p.scored_on)
  FROM scores.population p
  JOIN referrers k ON k.is_kept
  LEFT JOIN referred f ON f.scored_on = p.scored_on AND f.customer_id = p.customer_id
  UNION ALL
  SELECT scored_on, customer_id, 'recommends', CAST(value AS DECIMAL(28, 8)), last_on FROM recommends
  UNION ALL
  SELECT p.scored_on, p.customer_id, 'suggestions', CAST(coalesce(t.suggestions, 0) AS DECIMAL(28, 8)), coalesce(t.last_request_on, p.scored_on)
  FROM scores.population p
  JOIN tickets_kept k ON k.is_kept
  LEFT JOIN tickets t ON t.scored_on = p.scored_on AND t.customer_id = p.customer_id
  UNION ALL
  SELECT p.scored_on, p.customer_id, 'complaints', CAST(coalesce(t.complaints, 0) AS DECIMAL(28, 8)), coalesce(t.last_complaint_on, p.scored_on)
  FROM scores.population p
  JOIN tickets_kept k ON k.is_kept
  LEFT JOIN tickets t ON t.scored_on = p.scored_on AND t.customer_id = p.customer_id
  UNION ALL
  SELECT scored_on, customer_id, 'spend', CAST(spend AS DECIMAL(28, 8)), scored_on AS evidence_on FROM orders
  UNION ALL
  SELECT scored_on, customer_id, 'order_months', CAST(order_months AS DECIMAL(28, 8)), scored_on AS evidence_on FROM orders
  UNION ALL
  SELECT scored_on, customer_id, 'days_since_order', CAST(scored_on - last_on AS DECIMAL(28, 8)), scored_on AS evidence_on FROM orders
  UNION ALL
  SELECT scored_on, customer_id, 'days_overdue', CAST(days AS DECIMAL(28, 8)), scored_on AS evidence_on FROM overdue
  UNION ALL
  SELECT scored_on, customer_id, 'devices', CAST(devices AS DECIMAL(28, 8)), coalesce(last_on, scored_on) FROM devices
  UNION ALL
  SELECT scored_on, customer_id, 'till_share', CAST(till_minutes / NULLIF(minutes, 0) AS DECIMAL(28, 8)), coalesce(last_on, scored_on) FROM devices
)
SELECT f.scored_on, f.customer_id, f.rule_id, f.value, f.evidence_on
FROM found f
JOIN scores.population p ON p.scored_on = f.scored_on AND p.customer_id = f.customer_id
WHERE f.value IS NOT NULL
