-- Customers with questions that have waited for a reply longer than rules.reply_limits allows, and who is to answer: the owner, or
-- whoever answers for the customer. The longest wait comes first.
--
-- grain: customer_id
-- order: waited_hours desc, customer_id
-- total: coalesce(sum(n_unanswered), 0) = (select count(*) from community.questions where is_unanswered)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Who is to act"
-- column: owner_name text "Owner name"
-- column: tier text "Tier"
-- column: n_unanswered count "Questions without a reply"
-- column: waited_hours count "Hours the oldest has waited"
-- column: asked_on date "Day of the oldest"
-- column: revenue money "Final revenue in the window"
WITH waiting AS (
  SELECT customer_id, count(*) AS n_unanswered, max(waited_hours) AS waited_hours, min(opened_on) AS asked_on
  FROM community.questions
  WHERE is_unanswered
  GROUP BY customer_id
)
SELECT
  w.customer_id,
  c.customer_name,
  r.owner_id,
  r.owner_name,
  t.effective_tier AS tier,
  w.n_unanswered,
  w.waited_hours,
  w.asked_on,
  t.revenue
FROM waiting w
JOIN value.customers c ON c.customer_id = w.customer_id
LEFT JOIN value.responsible r ON r.customer_id = w.customer_id
LEFT JOIN tiers.current t ON t.customer_id = w.customer_id
