-- Cash on lines of its own, up to the as-of date: what was received, by kind, and what it has become. Both parts have the same sum.
-- What was received are deposits, pre-sales, instalments and final payments, less what was paid back.
-- It became final revenue of contracts; overpayment, kept beyond the amount of a closed contract, or missing again on one since
-- money was paid back; deposits and pre-sales of contracts still open; and instalments of contracts still open.
-- A contract that ended without closing leaves forfeited deposits, other income and never revenue, when nothing but part of its
-- amount was paid as deposits or pre-sales. If instalments were paid, or the deposits reach its amount, what is kept has to be settled.
-- Where no contract has an end nobody knows which have ended: these two lines are then empty, and all others count as open.
-- Payments for orders without a known contract became the final revenue of these orders; deposits and pre-sales of orders that are
-- still intent stand on their own, and so do payments for no order that has final revenue. The two differences are between what was
-- paid and the lines of sale: tax, or lines that are not recorded.
-- Refunds of a contract that has not closed come first out of its instalments, then out of its deposits.
-- With the policy `instalments` revenue is what was paid (revenue.instalments), overpaid instalments included. The rest of what a
-- closed contract was paid are its deposits, which never become revenue; there is no difference, and nothing missing unless more
-- was paid back than ever came in.
-- A memo line outside the sums has the orders without a known contract that are final although no payment names them; it is empty
-- where no payment names any order.
--
-- grain: section, line
-- order: position
-- check: not has_foreign_money
-- check: line <> 'difference' or $revenue_policy <> 'instalments' or amount = 0
-- total: sum(case when section = 'became' then amount end)
--   = (select sum(case when kind = 'refund' then -abs(amount) else amount end) from staging.payments)
-- total: sum(case when section = 'received' then amount end)
--   = (select sum(case when kind = 'refund' then -abs(amount) else amount end) from staging.payments)
-- total: sum(case when line = 'final_revenue' then amount end)
--   = (select sum(f.amount) from revenue.final f join revenue.contract_closings c on c.contract_id = f.contract_id)
-- column: section text "Received, what it became, or a memo"
-- column: line text "Line"
-- column: position count "Position"
-- column: amount money "Amount"
-- column: n_items count "Payments, contracts or orders"
-- column: is_other_income bool "Other income, not revenue"
-- column: has_foreign_money bool "Holds money in another currency"
WITH paid AS (
  SELECT
    p.kind,
    p.contract_id,
    count(*) AS n_payments,
    sum(CASE WHEN p.kind = 'refund' THEN -abs(p.amount) ELSE p.amount END) AS amount,
    count(CASE WHEN p.currency <> $currency THEN 1 END) AS n_foreign
  FROM staging.payments p
  GROUP BY p.kind, p.contract_id
),
per_contract AS (
  SELECT
    contract_id,
    sum(n_payments) AS n_payments,
    sum(amount) AS paid,
    sum(CASE WHEN kind IN ('deposit', 'presale') THEN amount ELSE 0 END) AS deposits,
    sum(CASE WHEN kind IN ('instalment', 'final') THEN n_payments ELSE 0 END) AS n_instalments
  FROM paid
  GROUP BY contract_id
),
recognised AS (
  SELECT contract_id, sum(amount) AS revenue
  FROM revenue.final
  WHERE contract_id IS NOT NULL
  GROUP BY contract_id
),
parts AS (
  SELECT
    c.contract_id,
    c.closed_on IS NOT NULL AS is_closed,
    k.ends_on < $as_of AS has_ended,
    c.contract_amount,
    coalesce(r.revenue, 0) AS revenue,
    coalesce(p.paid, 0) AS paid,
    CASE
      WHEN $revenue_policy = 'closing' THEN greatest(least(coalesce(p.paid, 0), coalesce(p.deposits, 0)), 0)
      ELSE greatest(coalesce(p.paid, 0) - coalesce(r.revenue, 0), 0)
    END AS deposits_left,
    coalesce(p.n_instalments, 0) = 0 AND coalesce(p.paid, 0) < c.contract_amount AS is_deposit_only
  FROM revenue.contract_closings c
  JOIN staging.contracts k ON k.contract_id = c.contract_id
  LEFT JOIN per_contract p ON p.contract_id = c.contract_id
  LEFT JOIN recognised r ON r.contract_id = c.contract_id
),
split AS (
  SELECT
    contract_id,
    paid,
    revenue,
    CASE
      WHEN NOT is_closed THEN 0
      WHEN $revenue_policy = 'closing' THEN greatest(paid - contract_amount, 0)
      ELSE greatest(paid - greatest(contract_amount, revenue), 0)
    END AS overpayment,
    CASE
      WHEN $revenue_policy = 'instalments' THEN least(paid - revenue, 0)
      WHEN is_closed THEN least(paid - contract_amount, 0)
      ELSE 0
    END AS paid_back,
    CASE
      WHEN is_closed AND $revenue_policy = 'instalments'
      THEN deposits_left - greatest(paid - greatest(contract_amount, revenue), 0)
      ELSE 0
    END AS closed_deposits,
    CASE WHEN NOT is_closed AND has_ended IS NOT TRUE THEN deposits_left ELSE 0 END AS open_deposits,
    CASE WHEN NOT is_closed AND has_ended IS NOT TRUE AND $revenue_policy = 'closing' THEN paid - deposits_left ELSE 0 END AS open_instalments,
    CASE WHEN NOT is_closed AND has_ended AND is_deposit_only THEN deposits_left ELSE 0 END AS forfeited_deposits,
    CASE
      WHEN NOT is_closed AND has_ended AND NOT is_deposit_only
      THEN CASE WHEN $revenue_policy = 'closing' THEN paid ELSE deposits_left END
      ELSE 0
    END AS ended_unsettled
  FROM parts
),
sums AS (
  SELECT
    coalesce(sum(paid), 0) AS paid,
    coalesce(sum(revenue), 0) AS revenue,
    count(CASE WHEN revenue <> 0 THEN 1 END) AS n_revenue,
    coalesce(sum(overpayment), 0) AS overpayment,
    count(CASE WHEN overpayment > 0 THEN 1 END) AS n_overpayment,
    coalesce(sum(paid_back), 0) AS paid_back,
    count(CASE WHEN paid_back < 0 THEN 1 END) AS n_paid_back,
    coalesce(sum(closed_deposits), 0) AS closed_deposits,
    count(CASE WHEN closed_deposits > 0 THEN 1 END) AS n_closed_deposits,
    coalesce(sum(open_deposits), 0) AS open_deposits,
    count(CASE WHEN open_deposits > 0 THEN 1 END) AS n_open_deposits,
    coalesce(sum(open_instalments), 0) AS open_instalments,
    count(CASE WHEN open_instalments <> 0 THEN 1 END) AS n_open_instalments,
    coalesce(sum(forfeited_deposits), 0) AS forfeited_deposits,
    count(CASE WHEN forfeited_deposits > 0 THEN 1 END) AS n_forfeited_deposits,
    coalesce(sum(ended_unsettled), 0) AS ended_unsettled,
    count(CASE WHEN ended_unsettled <> 0 THEN 1 END) AS n_ended_unsettled
  FROM split
),
ends AS (
  SELECT count(ends_on) > 0 AS are_known FROM staging.contracts
),
paid_orders AS (
  -- Payments without a known contract; those that name no order are together in one row.
  SELECT
    p.order_id,
    count(*) AS n_payments,
    sum(CASE WHEN p.kind = 'refund' THEN -abs(p.amount) ELSE p.amount END) AS paid,
    count(CASE WHEN p.kind IN ('instalment', 'final') THEN 1 END) AS n_instalments
  FROM staging.payments p
  LEFT JOIN revenue.contract_closings c ON c.contract_id = p.contract_id
  WHERE c.contract_id IS NULL
  GROUP BY p.order_id
),
final_orders AS (
  SELECT f.order_id, sum(f.amount) AS revenue
  FROM revenue.final f
  LEFT JOIN revenue.contract_closings c ON c.contract_id = f.contract_id
  WHERE c.contract_id IS NULL
  GROUP BY f.order_id
),
intent_orders AS (
  SELECT DISTINCT order_id FROM revenue.intent
),
orders AS (
  SELECT
    p.order_id,
    p.n_payments,
    p.paid,
    f.revenue,
    f.order_id IS NOT NULL AND p.order_id IS NOT NULL AS is_final,
    f.order_id IS NULL AND i.order_id IS NOT NULL AND p.n_instalments = 0 AS is_open
  FROM paid_orders p
  LEFT JOIN final_orders f ON f.order_id = p.order_id
  LEFT JOIN intent_orders i ON i.order_id = p.order_id
),
order_sums AS (
  SELECT
    coalesce(sum(CASE WHEN is_final THEN revenue END), 0) AS revenue,
    count(CASE WHEN is_final THEN 1 END) AS n_final,
    coalesce(sum(CASE WHEN is_final THEN paid - revenue END), 0) AS difference,
    coalesce(sum(CASE WHEN is_open THEN paid END), 0) AS deposits,
    count(CASE WHEN is_open AND paid > 0 THEN 1 END) AS n_open,
    coalesce(sum(CASE WHEN NOT is_final AND NOT is_open THEN paid END), 0) AS others,
    coalesce(sum(CASE WHEN NOT is_final AND NOT is_open THEN n_payments END), 0) AS n_others
  FROM orders
),
unpaid AS (
  SELECT count(*) AS n_orders, coalesce(sum(f.revenue), 0) AS revenue
  FROM final_orders f
  LEFT ANTI JOIN (SELECT DISTINCT order_id FROM staging.payments WHERE order_id IS NOT NULL) p ON p.order_id = f.order_id
),
named AS (
  SELECT count(order_id) > 0 AS are_orders_named FROM staging.payments
),
lines AS (
  SELECT 'became' AS section, 'final_revenue' AS line, 6 AS position, revenue AS amount, n_revenue AS n_items FROM sums
  UNION ALL
  SELECT 'became', 'overpayment', 7, overpayment, n_overpayment FROM sums
  UNION ALL
  SELECT 'became', 'paid_back', 8, paid_back, n_paid_back FROM sums
  UNION ALL
  SELECT 'became', 'deposits_of_closed_contracts', 9, closed_deposits, n_closed_deposits FROM sums
  UNION ALL
  SELECT 'became', 'open_deposits', 10, open_deposits, n_open_deposits FROM sums
  UNION ALL
  SELECT 'became', 'open_instalments', 11, open_instalments, n_open_instalments FROM sums
  UNION ALL
  SELECT
    'became',
    'forfeited_deposits',
    12,
    CASE WHEN e.are_known THEN s.forfeited_deposits END,
    CASE WHEN e.are_known THEN s.n_forfeited_deposits END
  FROM sums s
  CROSS JOIN ends e
  UNION ALL
  SELECT
    'became',
    'ended_unsettled',
    13,
    CASE WHEN e.are_known THEN s.ended_unsettled END,
    CASE WHEN e.are_known THEN s.n_ended_unsettled END
  FROM sums s
  CROSS JOIN ends e
  UNION ALL
  SELECT
    'became',
    'difference',
    14,
    paid - revenue - overpayment - paid_back - closed_deposits - open_deposits - open_instalments - forfeited_deposits - ended_unsettled,
    NULL
  FROM sums
  UNION ALL
  SELECT 'became', 'final_revenue_of_orders', 15, revenue, n_final FROM order_sums
  UNION ALL
  SELECT 'became', 'difference_of_orders', 16, difference, NULL FROM order_sums
  UNION ALL
  SELECT 'became', 'open_order_deposits', 17, deposits, n_open FROM order_sums
  UNION ALL
  SELECT 'became', 'without_order', 18, others, n_others FROM order_sums
  UNION ALL
  SELECT
    'memo',
    'final_unpaid_orders',
    19,
    CASE WHEN k.are_orders_named THEN u.revenue END,
    CASE WHEN k.are_orders_named THEN u.n_orders END
  FROM unpaid u
  CROSS JOIN named k
  UNION ALL
  SELECT 'received', k.kind, k.position, coalesce(sum(p.amount), 0), coalesce(sum(p.n_payments), 0)
  FROM (VALUES ('deposit', 1), ('presale', 2), ('instalment', 3), ('final', 4), ('refund', 5)) AS k (kind, position)
  LEFT JOIN paid p ON p.kind = k.kind
  GROUP BY k.kind, k.position
)
SELECT
  l.section,
  l.line,
  l.position,
  l.amount,
  l.n_items,
  l.line = 'forfeited_deposits' AS is_other_income,
  f.n_foreign > 0 AS has_foreign_money
FROM lines l
CROSS JOIN (SELECT coalesce(sum(n_foreign), 0) AS n_foreign FROM paid) f
