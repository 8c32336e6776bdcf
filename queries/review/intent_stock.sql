-- Intent that was open at the end of each period of review.spans: lines of contracts count from the day they were sold to the day
-- before their contract closed. Only the present state is known of a line without a known contract, so where intent of such
-- lines is open, and with the policy `instalments`, the present stock alone is given.
-- Internal customers are included, as in revenue.intent.
--
-- grain: span, k
-- empty_if_missing: revenue.contract_closings
-- total: coalesce(sum(case when span = 'month' and k = 0 then intent end), 0) = (select coalesce(sum(intent_total), 0) from value.control)
-- column: span text "Kind of period"
-- column: k count "How many periods back"
-- column: intent money "Intent open at its end"
WITH known AS (
  SELECT
    $revenue_policy = 'closing' AND count(CASE WHEN c.contract_id IS NULL THEN 1 END) = 0 AS is_known
  FROM revenue.intent i
  LEFT JOIN revenue.contract_closings c ON c.contract_id = i.contract_id
),
moves AS (
  SELECT day, sum(amount) AS amount
  FROM (
    SELECT sold_on AS day, amount FROM revenue.intent
    UNION ALL
    SELECT sold_on, amount FROM revenue.final WHERE final_on > sold_on
    UNION ALL
    SELECT final_on, -amount FROM revenue.final WHERE final_on > sold_on
  )
  GROUP BY day
)
SELECT s.span, s.k, coalesce(sum(m.amount), 0) AS intent
FROM review.spans s
CROSS JOIN known n
CROSS JOIN (SELECT min(month) AS first_month FROM value.months) f
LEFT JOIN moves m ON m.day <= s.period_end
WHERE s.period_end = $as_of OR (n.is_known AND s.period_start >= f.first_month)
GROUP BY s.span, s.k
