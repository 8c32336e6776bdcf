-- Recovered leads: prospects whom nobody had contacted for very long, and who paid later, the largest first, with their final revenue so far.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- total: sum(revenue) = (select sum(recovered_revenue) from acquisition.neglect_summary)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: neglect_reason text "Why nobody was in contact"
-- column: channel text "First channel"
-- column: created_on date "First lead created on"
-- column: longest_days_alone days "Longest time left alone"
-- column: paid_on date "First final sale"
-- column: revenue money "Final revenue so far"
SELECT
  n.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  n.neglect_reason,
  n.channel,
  n.created_on,
  n.longest_days_alone,
  n.paid_on,
  s.revenue
FROM acquisition.lead_neglect n
JOIN value.customers c ON c.customer_id = n.customer_id
JOIN (SELECT customer_id, sum(amount) AS revenue FROM value.customer_day GROUP BY customer_id) s ON s.customer_id = n.customer_id
WHERE n.is_recovered
