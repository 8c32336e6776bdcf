-- What customers without a campaign did around each day on which a campaign of the window went live, by region: those with an order
-- in the days before it and no launch of their own in the days before and after (rules.launch). Days whose days after have not
-- all passed are left out. The region is empty for customers without one.
--
-- grain: live_on, region
-- check: peers > 0 and orders_before >= peers
-- column: live_on date "Live on"
-- column: region text "Region"
-- column: peers count "Customers without a campaign"
-- column: orders_before count "Their orders before"
-- column: orders_after count "Their orders from that day"
WITH rule AS (
  SELECT days
  FROM rules.launch
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
starts AS (
  SELECT DISTINCT l.live_on
  FROM key_accounts.launches l
  CROSS JOIN rule r
  WHERE l.live_on >= $window_start AND l.live_on < $window_end AND $as_of - l.live_on >= r.days - 1
),
spans AS (
  SELECT
    s.live_on,
    CAST(unnest(generate_series(s.live_on - r.days, s.live_on + r.days - 1, INTERVAL '1 day')) AS DATE) AS day
  FROM starts s
  CROSS JOIN rule r
),
acc AS (
  SELECT
    s.live_on,
    d.customer_id,
    sum(CASE WHEN d.final_on < s.live_on THEN d.n_orders ELSE 0 END) AS orders_before,
    sum(CASE WHEN d.final_on >= s.live_on THEN d.n_orders ELSE 0 END) AS orders_after
  FROM value.customer_day d
  JOIN spans s ON s.day = d.final_on
  GROUP BY s.live_on, d.customer_id
),
launched AS (
  SELECT DISTINCT s.live_on, l.customer_id
  FROM key_accounts.launches l
  JOIN spans s ON s.day = l.live_on
)
SELECT
  a.live_on,
  coalesce(c.region, '') AS region,
  count(*) AS peers,
  sum(a.orders_before) AS orders_before,
  sum(a.orders_after) AS orders_after
FROM acc a
JOIN value.customers c ON c.customer_id = a.customer_id
LEFT JOIN launched l ON l.live_on = a.live_on AND l.customer_id = a.customer_id
WHERE a.orders_before > 0 AND l.customer_id IS NULL
GROUP BY a.live_on, coalesce(c.region, '')
