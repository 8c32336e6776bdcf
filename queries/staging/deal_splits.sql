-- Orders whose revenue is shared between representatives. All other orders belong to the representative on the order.
--
-- grain: order_id, owner_id
-- optional
-- check: share > 0 and share <= 1
-- column: order_id text "Order"
-- column: owner_id text "Owner"
-- column: share ratio "Share"
SELECT
  order_no AS order_id,
  rep_no AS owner_id,
  share
FROM warehouse.order_credit
