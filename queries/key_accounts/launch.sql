-- What each launch in the window did to the orders of its customer: orders from the day it went live on against those
-- before, over as many days each (rules.launch), beside the same ratio of the peers over the same days. Peers are the customers
-- of the region with an order in the days before and without a launch of their own in all these days; of all regions when the
-- region has too few. Lift is the difference of the two ratios, and the orders in addition are those that the peers' ratio does not explain.
-- Nothing is computed for a customer that was none yet when the days before began, that had no order in them, or whose days
-- after have not all passed; `launch_state` says which. Two launches that are near are marked: their orders cannot be told apart.
-- A launch pays when the subsidy is not above the gross profit of the orders in addition, at the customer's gross profit per order
-- in the days after; that is unknown when this profit or the subsidy is.
--
-- grain: customer_id, live_on
-- order: live_on desc, customer_id
-- check: launch_state in ('measured', 'immature', 'no_pre_period', 'no_orders_before', 'no_peers')
-- check: (launch_state = 'measured') = (lift is not null)
-- check: subsidy_per_order is null or incremental_orders > 0
-- column: customer_id text "Customer"
-- column: live_on date "Live on"
-- column: customer_name text "Customer name"
-- column: region text "Region"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: is_key bool "Key account"
-- column: n_campaigns count "Campaigns"
-- column: launch_state text "What can be said"
-- column: is_overlapping bool "Another launch of the customer is near"
-- column: orders_before count "Orders before"
-- column: orders_after count "Orders from that day"
-- column: own_ratio ratio "Orders after for each before"
-- column: peer_scope text "Where the peers are from"
-- column: peers count "Peers"
-- column: peer_orders_before count "Orders of the peers before"
-- column: peer_orders_after count "Orders of the peers from that day"
-- column: peer_ratio ratio "The same ratio of the peers"
-- column: lift ratio "Lift: own ratio less that of the peers"
-- column: incremental_orders count "Orders in addition"
-- column: subsidy money "Subsidy"
-- column: subsidy_per_order money "Subsidy per order in addition"
-- column: profit_per_order money "Gross profit per order in the days after"
-- column: is_paying bool "The subsidy is earned back"
WITH rule AS (
  SELECT days, min_peers
  FROM rules.launch
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
launches AS (
  SELECT
    l.*,
    c.customer_name,
    c.region,
    c.owner_id,
    c.owner_name,
    r.days,
    r.min_peers,
    coalesce(l.live_on - c.first_sale_on >= r.days, false) AS has_pre_period,
    $as_of - l.live_on >= r.days - 1 AS is_mature
  FROM key_accounts.launches l
  CROSS JOIN rule r
  JOIN value.customers c ON c.customer_id = l.customer_id
  WHERE l.live_on >= $window_start AND l.live_on < $window_end
),
own AS (
  SELECT
    l.customer_id,
    l.live_on,
    sum(CASE WHEN d.final_on < l.live_on THEN d.n_orders ELSE 0 END) AS orders_before,
    sum(CASE WHEN d.final_on >= l.live_on THEN d.n_orders ELSE 0 END) AS orders_after,
    CASE
      WHEN sum(CASE WHEN d.final_on >= l.live_on THEN d.n_costless_lines ELSE 0 END) = 0
      THEN sum(CASE WHEN d.final_on >= l.live_on THEN d.gross_profit END)
    END AS profit_after
  FROM launches l
  JOIN value.customer_day d ON d.customer_id = l.customer_id
  WHERE d.final_on >= l.live_on - l.days AND d.final_on < l.live_on + l.days
  GROUP BY l.customer_id, l.live_on
),
everywhere AS (
  SELECT live_on, sum(peers) AS peers, sum(orders_before) AS orders_before, sum(orders_after) AS orders_after
  FROM key_accounts.launch_peers
  GROUP BY live_on
),
compared AS (
  SELECT
    l.*,
    coalesce(o.orders_before, 0) AS orders_before,
    coalesce(o.orders_after, 0) AS orders_after,
    o.profit_after,
    CASE WHEN p.peers >= l.min_peers THEN 'region' WHEN e.peers > 0 THEN 'all' END AS peer_scope,
    CASE WHEN p.peers >= l.min_peers THEN p.peers ELSE e.peers END AS peers,
    CASE WHEN p.peers >= l.min_peers THEN p.orders_before ELSE e.orders_before END AS peer_orders_before,
    CASE WHEN p.peers >= l.min_peers THEN p.orders_after ELSE e.orders_after END AS peer_orders_after
  FROM launches l
  LEFT JOIN own o ON o.customer_id = l.customer_id AND o.live_on = l.live_on
  LEFT JOIN key_accounts.launch_peers p ON p.live_on = l.live_on AND p.region = l.region
  LEFT JOIN everywhere e ON e.live_on = l.live_on
),
judged AS (
  SELECT
    *,
    CASE
      WHEN NOT has_pre_period THEN 'no_pre_period'
      WHEN NOT is_mature THEN 'immature'
      WHEN orders_before = 0 THEN 'no_orders_before'
      WHEN peers IS NULL THEN 'no_peers'
      ELSE 'measured'
    END AS launch_state,
    -- The orders in addition times the orders of the peers before: a whole number, so that its sign is exact.
    orders_after * peer_orders_before - orders_before * peer_orders_after AS excess
  FROM compared
),
-- What can be said only of a measured launch is empty for all others.
measured AS (
  SELECT
    *,
    launch_state = 'measured' AS is_measured,
    CASE WHEN launch_state = 'measured' THEN excess END AS known_excess
  FROM judged
)
SELECT
  m.customer_id,
  m.live_on,
  m.customer_name,
  m.region,
  m.owner_id,
  m.owner_name,
  a.customer_id IS NOT NULL AS is_key,
  m.n_campaigns,
  m.launch_state,
  m.is_overlapping,
  CASE WHEN m.has_pre_period THEN m.orders_before END AS orders_before,
  CASE WHEN m.is_mature THEN m.orders_after END AS orders_after,
  CASE WHEN m.is_measured THEN CAST(m.orders_after AS DOUBLE) / m.orders_before END AS own_ratio,
  CASE WHEN m.is_measured THEN m.peer_scope END AS peer_scope,
  CASE WHEN m.is_measured THEN m.peers END AS peers,
  CASE WHEN m.is_measured THEN m.peer_orders_before END AS peer_orders_before,
  CASE WHEN m.is_measured THEN m.peer_orders_after END AS peer_orders_after,
  CASE WHEN m.is_measured THEN CAST(m.peer_orders_after AS DOUBLE) / m.peer_orders_before END AS peer_ratio,
  CAST(m.known_excess AS DOUBLE) / NULLIF(m.orders_before * m.peer_orders_before, 0) AS lift,
  CAST(m.known_excess AS DOUBLE) / m.peer_orders_before AS incremental_orders,
  m.subsidy,
  CASE WHEN m.known_excess > 0 THEN CAST(m.subsidy * m.peer_orders_before AS DOUBLE) / m.known_excess END AS subsidy_per_order,
  CASE WHEN m.is_mature THEN CAST(m.profit_after AS DOUBLE) / NULLIF(m.orders_after, 0) END AS profit_per_order,
  CASE
    WHEN NOT m.is_measured OR m.subsidy IS NULL THEN NULL
    WHEN m.known_excess <= 0 THEN m.subsidy <= 0
    ELSE m.subsidy * m.peer_orders_before * m.orders_after <= m.known_excess * m.profit_after
  END AS is_paying
FROM measured m
LEFT JOIN key_accounts.accounts a ON a.customer_id = m.customer_id
