-- Final revenue and intent that does not count, month by month, one below the other: the months of revenue.by_month for a chart.
--
-- grain: month, kind
-- order: month, kind
-- check: kind in ('final', 'intent')
-- total: sum(case when kind = 'final' then amount end) = (select sum(revenue) from revenue.by_month where is_recent)
-- total: sum(case when kind = 'intent' then amount end) = (select sum(intent) from revenue.by_month where is_recent)
-- column: month month "Month"
-- column: kind text "Final, or intent"
-- column: amount money "Amount"
SELECT m.month, k.kind, CASE WHEN k.kind = 'final' THEN m.revenue ELSE m.intent END AS amount
FROM revenue.by_month m
CROSS JOIN (VALUES ('final'), ('intent')) AS k (kind)
WHERE m.is_recent
