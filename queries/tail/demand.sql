-- What the head, the waist and the tail bring and what they ask for, in the window: their shares of customers, revenue, tickets, contacts
-- by people and active users, and the minutes of service for 1,000 of revenue. All shares are of customers with final revenue
-- in the window. What no table knows is empty, never zero.
-- A segment has a high need when its share of the tickets is greater than its share of the revenue.
--
-- grain: segment
-- order: position
-- empty_if_missing: tail.touch_days, tail.ticket_days, arpu.active_users
-- total: sum(customers) = (select count(*) from tiers.current)
-- total: sum(revenue) = (select sum(revenue) from tiers.current)
-- column: segment text "Segment"
-- column: position count "Position"
-- column: customers count "Customers"
-- column: customers_share ratio "Share of customers"
-- column: revenue money "Final revenue in the window"
-- column: revenue_share ratio "Share of revenue"
-- column: n_tickets count "Tickets"
-- column: tickets_share ratio "Share of tickets"
-- column: n_touches count "Contacts by people"
-- column: touches_share ratio "Share of contacts"
-- column: active_users count "Active users"
-- column: active_users_share ratio "Share of active users"
-- column: service_minutes count "Minutes of service"
-- column: minutes_per_thousand count "Minutes of service for 1,000 of revenue"
-- column: is_high_need bool "Greater share of tickets than of revenue"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH segments AS (
  SELECT * FROM (VALUES ('head', 1), ('waist', 2), ('tail', 3)) AS s (segment, position)
),
touches AS (
  SELECT customer_id, sum(n_touches) AS n_touches
  FROM tail.touch_days
  WHERE touched_on >= $window_start AND touched_on < $window_end
  GROUP BY customer_id
),
tickets AS (
  SELECT customer_id, sum(n_tickets) AS n_tickets, sum(minutes) AS minutes
  FROM tail.ticket_days
  WHERE opened_on >= $window_start AND opened_on < $window_end
  GROUP BY customer_id
),
known AS (
  SELECT
    (SELECT count(*) FROM tail.touch_days) > 0 AS has_touches,
    (SELECT count(*) FROM tail.ticket_days) > 0 AS has_tickets,
    (SELECT count(minutes) FROM tail.ticket_days) > 0 AS has_minutes,
    (SELECT count(*) FROM arpu.active_users) > 0 AS has_users
),
acc AS (
  SELECT
    t.segment,
    count(*) AS customers,
    sum(t.revenue) AS revenue,
    sum(s.n_tickets) AS n_tickets,
    sum(s.minutes) AS minutes,
    sum(h.n_touches) AS n_touches,
    sum(a.active_users) AS active_users
  FROM tiers.current t
  LEFT JOIN tickets s ON s.customer_id = t.customer_id
  LEFT JOIN touches h ON h.customer_id = t.customer_id
  LEFT JOIN arpu.active_users a ON a.customer_id = t.customer_id
  GROUP BY t.segment
),
sums AS (
  SELECT
    s.segment,
    s.position,
    coalesce(a.customers, 0) AS customers,
    coalesce(a.revenue, 0) AS revenue,
    CASE WHEN k.has_tickets THEN coalesce(a.n_tickets, 0) END AS n_tickets,
    CASE WHEN k.has_touches THEN coalesce(a.n_touches, 0) END AS n_touches,
    CASE WHEN k.has_users THEN coalesce(a.active_users, 0) END AS active_users,
    CASE WHEN k.has_minutes THEN coalesce(a.minutes, 0) END AS minutes
  FROM segments s
  CROSS JOIN known k
  LEFT JOIN acc a ON a.segment = s.segment
),
totals AS (
  SELECT
    *,
    sum(customers) OVER () AS all_customers,
    sum(revenue) OVER () AS all_revenue,
    sum(n_tickets) OVER () AS all_tickets,
    sum(n_touches) OVER () AS all_touches,
    sum(active_users) OVER () AS all_users
  FROM sums
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  t.segment,
  t.position,
  t.customers,
  CAST(t.customers AS DOUBLE) / NULLIF(t.all_customers, 0) AS customers_share,
  t.revenue,
  CASE WHEN t.all_revenue > 0 THEN CAST(t.revenue AS DOUBLE) / CAST(t.all_revenue AS DOUBLE) END AS revenue_share,
  t.n_tickets,
  CAST(t.n_tickets AS DOUBLE) / NULLIF(t.all_tickets, 0) AS tickets_share,
  t.n_touches,
  CAST(t.n_touches AS DOUBLE) / NULLIF(t.all_touches, 0) AS touches_share,
  t.active_users,
  CAST(t.active_users AS DOUBLE) / NULLIF(t.all_users, 0) AS active_users_share,
  CAST(t.minutes AS DOUBLE) AS service_minutes,
  CASE WHEN t.revenue > 0 THEN CAST(t.minutes * 1000 AS DOUBLE) / CAST(t.revenue AS DOUBLE) END AS minutes_per_thousand,
  CASE
    WHEN t.all_revenue > 0 AND t.all_tickets > 0
    THEN t.n_tickets * t.all_revenue > t.revenue * t.all_tickets
  END AS is_high_need,
  t.customers < r.min_units AS is_small_sample
FROM totals t
CROSS JOIN rule r
