-- Cash on lines of its own, up to the as-of date: what was received, by kind, and what it has become. Both parts have the same sum.
-- What was received are deposits, pre-sales, instalments and final payments, less what was paid back.
-- It became final revenue of contracts; overpayment, kept beyond the amount of a closed contract, or missing again on one since
-- money was paid back; deposits and pre-sales of contracts still open; and instalments of contracts still open.
-- A contract that ended without closing leaves forfeited deposits, other income and never revenue, when nothing but part of its
-- amount was paid as deposits or pre-sales. If instalments were paid, or the deposits reach its amount, what is kept has to be settled.
-- Payments without a known contract stand alone, but for deposits and pre-sales of orders that are still intent. The difference is
-- between what was paid and the lines of sale: tax, or lines that are not recorded, or with the policy `instalments` the
-- deposits of closed contracts.
-- Refunds of a contract that has not closed come first out of its instalments, then out of its deposits.
--
-- grain: section, line
-- order: position
-- check: not has_foreign_money
-- total: sum(case when section = 'became' then amount end)
--   = (select sum(case when kind = 'refund' then -abs(amount) else amount end) from staging.payments)
-- total: sum(case when section = 'received' then amount end)
--   = (select sum(case when kind = 'refund' then -abs(amount) else amount end) from staging.payments)
-- total: sum(case when line = 'final_revenue' then amount end)
--   = (select sum(f.amount) from revenue.final f join revenue.contract_closings c on c.contract_id = f.contract_id)
-- column: section text "Received, or what it became"
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
    greatest(least(coalesce(p.paid, 0), coalesce(p.deposits, 0)), 0) AS deposits_left,
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
    CASE WHEN is_closed THEN greatest(paid - contract_amount, 0) ELSE 0 END AS overpayment,
    CASE WHEN is_closed THEN least(paid - contract_amount, 0) ELSE 0 END AS paid_back,
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
others AS (
  SELECT coalesce(sum(p.paid), 0) AS paid, coalesce(sum(p.n_payments), 0) AS n_payments
  FROM per_contract p
  LEFT JOIN revenue.contract_closings c ON c.contract_id = p.contract_id
  WHERE c.contract_id IS NULL
),
unpaid_orders AS (
  SELECT
    order_id,
    count(*) AS n_payments,
    sum(CASE WHEN kind = 'refund' THEN -abs(amount) ELSE amount END) AS paid
  FROM staging.payments
  WHERE contract_id IS NULL AND order_id IS NOT NULL
  GROUP BY order_id
  HAVING count(CASE WHEN kind IN ('instalment', 'final') THEN 1 END) = 0
),
order_deposits AS (
  SELECT coalesce(sum(paid), 0) AS paid, coalesce(sum(n_payments), 0) AS n_payments, count(CASE WHEN paid > 0 THEN 1 END) AS n_orders
  FROM unpaid_orders
  WHERE order_id IN (SELECT order_id FROM revenue.intent)
),
lines AS (
  SELECT 'became' AS section, 'final_revenue' AS line, 6 AS position, revenue AS amount, n_revenue AS n_items FROM sums
  UNION ALL
  SELECT 'became', 'overpayment', 7, overpayment, n_overpayment FROM sums
  UNION ALL
  SELECT 'became', 'paid_back', 8, paid_back, n_paid_back FROM sums
  UNION ALL
  SELECT 'became', 'open_deposits', 9, open_deposits, n_open_deposits FROM sums
  UNION ALL
  SELECT 'became', 'open_instalments', 10, open_instalments, n_open_instalments FROM sums
  UNION ALL
  SELECT 'became', 'forfeited_deposits', 11, forfeited_deposits, n_forfeited_deposits FROM sums
  UNION ALL
  SELECT 'became', 'ended_unsettled', 12, ended_unsettled, n_ended_unsettled FROM sums
  UNION ALL
  SELECT 'became', 'open_order_deposits', 13, paid, n_orders FROM order_deposits
  UNION ALL
  SELECT 'became', 'without_contract', 14, o.paid - d.paid, o.n_payments - d.n_payments FROM others o CROSS JOIN order_deposits d
  UNION ALL
  SELECT
    'became',
    'difference',
    15,
    paid - revenue - overpayment - paid_back - open_deposits - open_instalments - forfeited_deposits - ended_unsettled,
    NULL
  FROM sums
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
