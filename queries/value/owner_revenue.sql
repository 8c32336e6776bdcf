-- Final revenue by the owner of the sale and customer, in the window and in the window `compare_months` earlier.
-- Orders with a split are shared between its owners, each part rounded to the fourth decimal; the first owner by id takes the rest, so
-- that the parts come to the order. Sales without an owner are the house's: their owner is `(house)`. With the policy `instalments`
-- the revenue of contracts has no owner, and is the house's too.
--
-- grain: owner_id, customer_id
-- empty_if_missing: staging.deal_splits
-- needs: staging.sales.owner_id
-- total: sum(revenue) = (select sum(window_total) from value.control)
-- column: owner_id text "Owner of the sale"
-- column: customer_id text "Customer"
-- column: revenue money "Final revenue in the window"
-- column: revenue_before money "Final revenue in the window before"
-- column: n_lines count "Lines in the window"
WITH sold AS (
  SELECT
    CASE WHEN d.order_id IS NULL THEN f.owner_id END AS owner_id,
    d.order_id AS split_order_id,
    d.first_owner_id,
    f.customer_id,
    sum(CASE WHEN f.final_on >= $window_start AND f.final_on < $window_end THEN f.amount END) AS revenue,
    sum(
      CASE
        WHEN f.final_on >= month_add($window_start, -$compare_months) AND f.final_on < month_add($window_end, -$compare_months)
        THEN f.amount
      END
    ) AS revenue_before,
    count(CASE WHEN f.final_on >= $window_start AND f.final_on < $window_end THEN 1 END) AS n_lines
  FROM revenue.final f
  LEFT JOIN value.deal_shares d ON d.order_id = f.order_id
  WHERE f.final_on >= month_add($window_start, -$compare_months) AND f.final_on < $window_end
  GROUP BY CASE WHEN d.order_id IS NULL THEN f.owner_id END, d.order_id, d.first_owner_id, f.customer_id
),
shared AS (
  SELECT
    s.split_order_id,
    s.first_owner_id,
    coalesce(p.owner_id, s.owner_id, '(house)') AS owner_id,
    s.customer_id,
    s.revenue,
    s.revenue_before,
    s.n_lines,
    CAST(CASE WHEN p.owner_id IS NULL THEN s.revenue ELSE s.revenue * p.share END AS DECIMAL(38, 4)) AS part,
    CAST(CASE WHEN p.owner_id IS NULL THEN s.revenue_before ELSE s.revenue_before * p.share END AS DECIMAL(38, 4)) AS part_before
  FROM sold s
  LEFT JOIN staging.deal_splits p ON p.order_id = s.split_order_id
),
parts AS (
  SELECT
    *,
    sum(part) OVER (PARTITION BY split_order_id, customer_id, CASE WHEN split_order_id IS NULL THEN owner_id END) AS parts,
    sum(part_before) OVER (PARTITION BY split_order_id, customer_id, CASE WHEN split_order_id IS NULL THEN owner_id END) AS parts_before
  FROM shared
)
SELECT
  p.owner_id,
  u.unit_id AS customer_id,
  sum(CASE WHEN p.owner_id = p.first_owner_id THEN p.part + p.revenue - p.parts ELSE p.part END) AS revenue,
  sum(CASE WHEN p.owner_id = p.first_owner_id THEN p.part_before + p.revenue_before - p.parts_before ELSE p.part_before END) AS revenue_before,
  sum(p.n_lines) AS n_lines
FROM parts p
JOIN value.units u ON u.customer_id = p.customer_id
WHERE NOT u.is_internal
GROUP BY p.owner_id, u.unit_id
