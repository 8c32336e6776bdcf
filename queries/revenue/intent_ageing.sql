-- Intent by age: how long sold but unclosed business has been waiting. The limits come from rules.intent_ages.
-- With the policy `instalments` what is left of contracts that are paid up, their deposits, is told apart: it waits for nothing.
--
-- empty_if_missing: revenue.contract_closings
-- grain: from_days
-- total: sum(amount) = (select sum(amount) from revenue.intent)
-- column: from_days days "From age"
-- column: to_days days "To age"
-- column: customers count "Customers"
-- column: n_lines count "Lines"
-- column: amount money "Intent"
-- column: paid_up_amount money "Of this of contracts that are paid up"
WITH ages AS (
  SELECT from_days, lead(from_days) OVER (ORDER BY from_days) AS next_days
  FROM rules.intent_ages
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
intent AS (
  SELECT i.order_id, i.customer_id, i.age_days, i.amount, CASE WHEN c.closed_on IS NOT NULL THEN i.amount END AS paid_up_amount
  FROM revenue.intent i
  LEFT JOIN revenue.contract_closings c ON c.contract_id = i.contract_id
)
SELECT
  a.from_days,
  a.next_days - 1 AS to_days,
  count(DISTINCT i.customer_id) AS customers,
  count(i.order_id) AS n_lines,
  coalesce(sum(i.amount), 0) AS amount,
  coalesce(sum(i.paid_up_amount), 0) AS paid_up_amount
FROM ages a
LEFT JOIN intent i ON i.age_days >= a.from_days AND (a.next_days IS NULL OR i.age_days < a.next_days)
GROUP BY a.from_days, a.next_days
